"""Whatever a user's file holds, the answer is a list or a plain error."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmfree.records.codes import CodeListError, CodeMapError, import_map, load_library, read_rules

HEADER = "system,code,term,source\n"
CELLS = st.text(alphabet='bnf,-*|+ "0123\n\r\x00é#medicinelistX\u2028', max_size=40)
quick = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(text=CELLS, header=st.booleans())
def test_a_list_of_anything(tmp_path: Path, text: str, header: bool):
    path = tmp_path / "x.csv"
    path.write_bytes(((HEADER if header else "") + text).encode())
    try:
        _, rules = read_rules(path)
    except CodeListError as error:
        assert "x.csv" in error.where
    else:
        assert len({rule.label for rule in rules}) == len(rules)


@quick
@given(data=st.binary(max_size=60))
def test_bytes_of_any_kind(tmp_path: Path, data: bytes):
    (tmp_path / "x.csv").write_bytes(HEADER.encode() + b"bnf,01*,,\n")
    (tmp_path / "x.weights.csv").write_bytes(b"name,weight,per,source\n" + data)
    try:
        load_library([tmp_path])
    except CodeListError as error:
        assert error.do


@quick
@given(data=st.binary(max_size=60))
def test_a_map_of_anything(tmp_path: Path, data: bytes):
    path = tmp_path / "map.csv"
    path.write_bytes(b"dmd,bnf\n" + data)
    try:
        assert import_map(path, tmp_path / "maps") >= 0
    except CodeMapError as error:
        assert "map.csv" in error.where


def test_a_weights_file_says_the_line(tmp_path: Path):
    (tmp_path / "x.csv").write_text(HEADER + "bnf,01*,,\n")
    (tmp_path / "x.weights.csv").write_text("# t\nname,weight,per,source\na,1,mg,s\na,b,mg,s\n")
    with pytest.raises(CodeListError) as caught:
        load_library([tmp_path])
    assert "x.weights.csv, line 4" in caught.value.where
