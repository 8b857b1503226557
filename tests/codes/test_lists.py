"""List files: what is wrong is said with file and line; sites add, replace and take out."""

from __future__ import annotations

from pathlib import Path

import pytest

from codes.dictionaries import dictionary, members, write_list
from harmfree.records.codes import CodeListError, UnknownCodeListError, load_library, resolve_all

HEADER = "system,code,term,source\n"


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        (HEADER + "bnf,0101*,a,b\nbnf,0101*,a,b\n", "twice", "line 3"),
        (HEADER + "icd10,I48.0,a,b\nicd10,I480,again,b\n", "twice", "line 3"),
        (HEADER + "bnff,0101,a,b\n", "not a code system", "line 2"),
        (HEADER + "bnf,0101*,a\n", "3 cells, not 4", "line 2"),
        (HEADER + "bnf,,a,b\n", "empty", "line 2"),
        (HEADER + "snomed,123*,a,b\n", "no prefixes", "line 2"),
        (HEADER + "medicine,a + ,a,b\n", "cannot be read", "line 2"),
        ("code,term\n1,a\n", "not 'system,code,term,source'", "line 1"),
    ],
)
def test_a_malformed_list(tmp_path: Path, text: str, says: str, line: str):
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CodeListError) as caught:
        load_library([tmp_path])
    assert says in caught.value.what
    assert "bad.csv" in caught.value.where
    assert line in caught.value.where
    assert caught.value.do


def test_a_list_in_another_encoding(tmp_path: Path):
    (tmp_path / "bad.csv").write_bytes(HEADER.encode() + b"bnf,0101*,\xe9,b\n")
    with pytest.raises(CodeListError, match="not UTF-8"):
        load_library([tmp_path])


def test_a_file_that_is_neither_a_list_nor_a_change(tmp_path: Path):
    write_list(tmp_path, "a", "bnf,01*")
    write_list(tmp_path, "a.more", "bnf,02*")
    with pytest.raises(CodeListError, match="neither a list nor a change"):
        load_library([tmp_path])


def test_an_unknown_list_is_answered_with_the_nearest(tmp_path: Path):
    write_list(tmp_path, "nsaid_oral", "bnf,100101*")
    with pytest.raises(UnknownCodeListError) as caught:
        resolve_all(["nsaid"], dictionary([]), [tmp_path])
    assert "nsaid_oral" in caught.value.do


def test_lists_that_hold_each_other(tmp_path: Path):
    write_list(tmp_path, "a", "list,b")
    write_list(tmp_path, "b", "list,a")
    with pytest.raises(CodeListError, match="a > b > a"):
        resolve_all(["a"], dictionary([]), [tmp_path])


TABLE = dictionary([("bnf", "0101", "a"), ("bnf", "0201", "b"), ("bnf", "0301", "c")])


def test_a_site_replaces_adds_and_takes_out(tmp_path: Path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for name in ("replaced", "added", "removed"):
        write_list(ours, name, "bnf,0101", "bnf,0201")
    write_list(theirs, "replaced", "bnf,0301")
    write_list(theirs, "added.add", "bnf,0301", "bnf,0101")
    write_list(theirs, "removed.remove", "bnf,0101")
    found = resolve_all(["replaced", "added", "removed"], TABLE, [ours, theirs])
    assert {name: each.code_ids.tolist() for name, each in found.items()} == {
        "replaced": [2],
        "added": [0, 1, 2],
        "removed": [1],
    }


def test_a_change_of_a_list_that_is_not(tmp_path: Path):
    write_list(tmp_path, "missing.add", "bnf,0301")
    with pytest.raises(UnknownCodeListError, match="missing"):
        load_library([tmp_path])


def test_comment_lines_describe_the_list(tmp_path: Path):
    text = "# First, and\n# second.\n" + HEADER + "\nbnf,0101,a,b\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert load_library([tmp_path])["a"].description == "First, and second."
    assert members(tmp_path, "a", TABLE) == ["0101"]
