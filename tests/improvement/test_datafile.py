"""Reading a user's table: what is accepted, and messages that name row and column."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harmfree.errors import NotFoundError
from harmfree.improvement import datafile
from harmfree.improvement.datafile import DataError


def table(tmp_path: Path, text: str, name: str = "data.csv") -> datafile.DataFile:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8"))
    return datafile.read(path)


def test_separators_and_marks(tmp_path):
    for text in ("a,b\n1,2\n", "a;b\n1;2\n", "a\tb\r\n1\t2\r\n", "\ufeffa,b\n1,2\n"):
        found = table(tmp_path, text)
        assert list(found.numbers("b")) == [2]
    assert table(tmp_path, 'a\n" 26,447,738 "\n').numbers("a")[0] == 26447738


def test_blank_lines_keep_the_line_numbers(tmp_path):
    found = table(tmp_path, "a,b\n1,2\n\n3,x\n")
    with pytest.raises(DataError) as error:
        found.numbers("b")
    assert error.value.where == "data.csv, row 2 (line 4), column 'b'"
    assert error.value.what == "'x' is not a number."


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("", "missing"),
        ("NA", "missing"),
        ("<5", "suppressed"),
        ("*", "suppressed"),
        ("inf", "not a number"),
        ("3,5", "not a number"),
        ("-1", "below 0"),
        ("1.5", "not a whole number"),
    ],
)
def test_bad_cells(tmp_path, cell, words):
    found = table(tmp_path, f'a\n1\n"{cell}"\n'.replace('""', "NA"))
    with pytest.raises(DataError, match=words) as error:
        found.numbers("a", minimum=0, whole=True)
    assert "row 2 (line 3), column 'a'" in error.value.where


def test_missing_where_allowed_and_all_missing(tmp_path):
    assert len(table(tmp_path, "a\n1\nNA\n").numbers("a", missing=True)) == 2
    with pytest.raises(DataError, match="Every value is missing"):
        table(tmp_path, "a,b\nNA,1\nNA,2\n").numbers("a", missing=True)


def test_dates(tmp_path):
    found = table(tmp_path, "d\n2025-01-31\n2025-02\n28/02/2025\n")
    assert found.dates("d")[1:] == [dt.date(2025, 2, 1), dt.date(2025, 2, 28)]
    with pytest.raises(DataError, match="'31/02/2025' is not a date"):
        table(tmp_path, "d\n31/02/2025\n").dates("d")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n", "no rows"),
        ("", "no rows"),
        ("a,a\n1,2\n", "Two columns"),
        ("a,\n1,2\n", "has no name"),
        ("a,b\n1\n", "1 cells and the heading has 2"),
    ],
)
def test_bad_files(tmp_path, text, words):
    with pytest.raises(DataError, match=words):
        table(tmp_path, text)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(NotFoundError):
        datafile.read(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("näme\n1\n".encode("latin-1"))
    with pytest.raises(DataError, match="UTF-8"):
        datafile.read(tmp_path / "latin.csv")


def test_json_columns_records_and_nonsense(tmp_path):
    columns = table(tmp_path, '{"x": [1, 2], "y": [3, null], "note": "n"}', "c.json")
    assert list(columns.numbers("x")) == [1, 2]
    records = table(tmp_path, '[{"x": 1}, {"x": 2, "y": 5}]', "r.json")
    assert records.text("y") == ["", "5"]
    for text in ("{", "[]", '{"x": 3}', "[[1]]"):
        with pytest.raises(DataError):
            table(tmp_path, text, "bad.json")


def test_where_keeps_rows_and_names_what_is_wrong(tmp_path):
    found = table(tmp_path, "s,v\na,1\nb,2\na,x\n")
    kept = found.where(["s=a"])
    assert len(kept) == 2 and kept.lines == [2, 4]
    assert len(found.where([])) == 3
    with pytest.raises(DataError, match="No row is left"):
        found.where(["s=z"])
    with pytest.raises(DataError, match="not column=value"):
        found.where(["s"])
    with pytest.raises(NotFoundError, match="no column 'q'"):
        found.where(["q=1"])
    assert found.numeric_columns() == []
