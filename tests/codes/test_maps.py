"""Importing a map from dm+d to BNF."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmfree.errors import NotFoundError
from harmfree.records.codes import CodeMapError, import_map, read_map


def test_the_nhsbsa_columns_and_a_byte_order_mark(tmp_path: Path):
    source = tmp_path / "map.csv"
    header = "VMP / VMPP/ AMP / AMPP,BNF Code,BNF Name,VMP / VMPP/ AMP / AMPP SNOMED Code\n"
    source.write_text("\ufeff" + header + "VMP,0208020V0AAABAB,x,319733000\nAMP,,y,12\n", "utf-8")
    assert import_map(source, tmp_path / "maps") == 1
    assert read_map(tmp_path / "maps") == {"319733000": "0208020V0AAABAB"}


def test_importing_again_replaces_the_map(tmp_path: Path):
    source, maps = tmp_path / "map.csv", tmp_path / "maps"
    for code in ("0208020V0AAABAB", "0208020V0AAACAC"):
        source.write_text(f"dmd,bnf\n319733000,{code}\n")
        import_map(source, maps)
    assert read_map(maps) == {"319733000": "0208020V0AAACAC"}
    assert [path.name for path in maps.iterdir()] == ["dmd_bnf.csv"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "columns are a, b"),
        ("", "columns are none"),
        ("dmd,bnf\n3.2E+08,0208020V0AAABAB\n", "not a dm"),
        ("dmd,bnf\n319733000,02\n", "not a dm"),
        ("dmd,bnf\n1,0208020V0AAABAB\n1,0208020V0AAACAC\n", "two BNF codes"),
    ],
)
def test_a_map_that_cannot_be_used_changes_nothing(tmp_path: Path, text: str, says: str):
    source, maps = tmp_path / "map.csv", tmp_path / "maps"
    source.write_text(text)
    with pytest.raises(CodeMapError, match=says):
        import_map(source, maps)
    assert read_map(maps) == {}


def test_no_such_file(tmp_path: Path):
    with pytest.raises(NotFoundError):
        import_map(tmp_path / "none.csv", tmp_path / "maps")


def test_another_encoding(tmp_path: Path):
    source = tmp_path / "map.csv"
    source.write_bytes("dmd,bnf,é\n1,0208020V0AAABAB,é\n".encode("latin-1"))
    with pytest.raises(CodeMapError, match="UTF-8"):
        import_map(source, tmp_path / "maps")
