"""A table of a user's numbers: read once, checked cell by cell, errors that name row and column."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from harmfree.errors import HarmfreeError, NotFoundError

Floats = npt.NDArray[np.float64]

MISSING = frozenset({"", "na", "nan", "n/a", "null", "none", "."})
_SUPPRESSED = re.compile(r"^(<\s*\d+|\*+|\[c\]|suppressed)$", re.IGNORECASE)
_THOUSANDS = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
_DATE_FORMATS = ("%Y-%m-%d", "%Y-%m", "%d/%m/%Y", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%S")


class DataError(HarmfreeError):
    """A cell or a column of the user's table cannot be used."""

    exit_code = 45


class TooFewError(HarmfreeError):
    """There are too few rows, points or sites for the method that was asked."""

    exit_code = 46


class FitError(HarmfreeError):
    """The model cannot be estimated from these data."""

    exit_code = 47


@dataclass(frozen=True)
class DataFile:
    """Columns of text as they stand in the file, with the line each row came from.

    Args:
        name: the file's name, used in messages.
        columns: column name -> one text per row.
        lines: line of the file for each row (counting the heading as line 1).
    """

    name: str
    columns: dict[str, list[str]]
    lines: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))

    def at(self, row: int, column: str) -> str:
        """Say where a cell is, the way a spreadsheet user counts."""
        line = self.lines[row] if self.lines else row + 2
        return f"{self.name}, row {row + 1} (line {line}), column '{column}'"

    def text(self, column: str) -> list[str]:
        """Return a column as text.

        Raises:
            NotFoundError: there is no such column.
        """
        if column not in self.columns:
            raise NotFoundError(
                f"There is no column '{column}'.",
                where=self.name,
                do=f"Use one of: {', '.join(self.columns)}.",
            )
        return self.columns[column]

    def numbers(
        self,
        column: str,
        *,
        missing: bool = False,
        minimum: float | None = None,
        whole: bool = False,
    ) -> Floats:
        """Return a column as numbers; NaN for a blank where `missing` allows it.

        Args:
            column: its name.
            missing: whether a blank or NA is allowed.
            minimum: the least value allowed.
            whole: whether only whole numbers are allowed (counts).

        Raises:
            DataError: a cell is text, blank, suppressed, too small or not whole.
        """
        values = [self._number(text, row, column) for row, text in enumerate(self.text(column))]
        for row, value in enumerate(values):
            problem = _problem(value, missing=missing, minimum=minimum, whole=whole)
            if problem:
                raise DataError(problem, where=self.at(row, column), do="Correct the cell.")
        if values and all(np.isnan(values)):
            raise DataError("Every value is missing.", where=f"{self.name}, column '{column}'")
        return np.array(values, dtype=np.float64)

    def _number(self, text: str, row: int, column: str) -> float:
        cell = text.strip()
        if cell.lower() in MISSING:
            return float("nan")
        if _THOUSANDS.match(cell):
            cell = cell.replace(",", "")
        try:
            value = float(cell)
        except ValueError:
            value = float("inf")
        if np.isfinite(value):
            return value
        if _SUPPRESSED.match(cell):
            what = f"'{cell}' is a suppressed count; this method needs the number."
            raise DataError(what, where=self.at(row, column), do="Use unsuppressed counts.")
        what = f"'{cell}' is not a number."
        raise DataError(
            what, where=self.at(row, column), do="Correct the cell or name another column."
        )

    def dates(self, column: str, *, missing: bool = False) -> list[dt.date | None]:
        """Return a column as dates (2025-01-31, 2025-01, 31/01/2025); None for an allowed blank.

        Raises:
            DataError: a cell is not a date, or is blank where it must not be.
        """
        result: list[dt.date | None] = []
        for row, text in enumerate(self.text(column)):
            cell = text.strip()
            blank = cell.lower() in MISSING
            day = None if blank else parse_date(cell)
            if day is None and not (blank and missing):
                what = "The date is missing." if blank else f"'{cell}' is not a date."
                raise DataError(what, where=self.at(row, column), do="Write it as 2025-01-31.")
            result.append(day)
        return result

    def only(self, rows: Iterable[int]) -> DataFile:
        """Return the rows asked for, keeping the line numbers."""
        keep = list(rows)
        lines = self.lines or list(range(2, len(self) + 2))
        columns = {name: [texts[i] for i in keep] for name, texts in self.columns.items()}
        return DataFile(self.name, columns, [lines[i] for i in keep])

    def where(self, conditions: Sequence[str]) -> DataFile:
        """Keep the rows that meet every `column=value`.

        Raises:
            DataError: a condition is not `column=value`, or no row meets them all.
        """
        data = self
        for condition in conditions:
            column, equals, value = condition.partition("=")
            if not equals:
                raise DataError(f"'{condition}' is not column=value.", where="--where")
            texts = data.text(column.strip())
            data = data.only(i for i, t in enumerate(texts) if t.strip() == value.strip())
        if not len(data):
            raise DataError("No row is left.", where=f"{self.name}, --where {' '.join(conditions)}")
        return data

    def numeric_columns(self) -> list[str]:
        """Names of the columns whose every filled cell is a number (with at least one filled)."""
        return [name for name, texts in self.columns.items() if _all_numbers(texts)]


def _problem(value: float, *, missing: bool, minimum: float | None, whole: bool) -> str:
    if np.isnan(value):
        return "" if missing else "The number is missing."
    if minimum is not None and value < minimum:
        return f"{value:g} is below {minimum:g}, the least that makes sense here."
    if whole and value != round(value):
        return f"{value:g} is not a whole number."
    return ""


def _all_numbers(texts: list[str]) -> bool:
    filled = [t.strip() for t in texts if t.strip().lower() not in MISSING]
    try:
        return bool(filled) and all(np.isfinite([float(t) for t in filled]))
    except ValueError:
        return False


def parse_date(text: str) -> dt.date | None:
    """Read one date in the formats that spreadsheets export, or None."""
    for form in _DATE_FORMATS:
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def read(path: Path) -> DataFile:
    """Read a CSV file (comma, semicolon or tab) or a JSON file of columns or records.

    Raises:
        NotFoundError: there is no such file.
        DataError: it is empty, ragged or not text.
    """
    if not path.is_file():
        raise NotFoundError("There is no such file.", where=str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            "The file is not UTF-8 text.", where=path.name, do="Save it as CSV (UTF-8)."
        ) from error
    if path.suffix.lower() == ".json":
        return from_json(text, path.name)
    return _from_csv(text, path.name)


def _from_csv(text: str, name: str) -> DataFile:
    heading = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=heading.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise DataError("The file has no rows under its heading.", where=name)
    names = [cell.strip() for cell in rows[0][1]]
    _check_names(names, name)
    for line, row in rows[1:]:
        if len(row) != len(names):
            what = f"The row has {len(row)} cells and the heading has {len(names)}."
            raise DataError(
                what, where=f"{name}, line {line}", do="Quote cells that hold the separator."
            )
    columns = {column: [row[i] for _, row in rows[1:]] for i, column in enumerate(names)}
    return DataFile(name, columns, [line for line, _ in rows[1:]])


def _check_names(names: list[str], file: str) -> None:
    for i, column in enumerate(names):
        if not column:
            raise DataError(f"Column {i + 1} has no name.", where=f"{file}, line 1")
        if column in names[:i]:
            raise DataError(f"Two columns are called '{column}'.", where=f"{file}, line 1")


def cases(path: Path) -> list[tuple[str, DataFile]]:
    """Tables of a JSON file that holds a list of them, such as test cases of several data sets.

    Each table is an object with lists of one length and, if it has one, a `name`; any other file
    gives its one table, without a name.

    Raises:
        NotFoundError, DataError: as `read`.
    """
    if path.suffix.lower() == ".json" and path.is_file():
        try:
            document = json.loads(path.read_text(encoding="utf-8-sig"))
        except (json.JSONDecodeError, UnicodeDecodeError):
            document = None
        tables = document if isinstance(document, list) else []
        if tables and all(isinstance(t, dict) and _equal_lists(t) for t in tables):
            names = [str(t.get("name", i + 1)) for i, t in enumerate(tables)]
            pairs = zip(names, tables, strict=True)
            return [(n, from_json(json.dumps(t), f"{path.name}, case {n}")) for n, t in pairs]
    return [("", read(path))]


def from_json(text: str, name: str) -> DataFile:
    """Read JSON: an object of equally long lists, or a list of flat objects.

    Raises:
        DataError: it is neither.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(
            f"The JSON cannot be read: {error.msg}.", where=f"{name}, line {error.lineno}"
        ) from error
    if isinstance(document, list) and document and all(isinstance(r, dict) for r in document):
        keys = list(dict.fromkeys(key for record in document for key in record))
        document = {key: [record.get(key) for record in document] for key in keys}
    lists = _equal_lists(document)
    if not lists:
        do = 'Give {"x": [..], "y": [..]} with lists of one length, or a list of records.'
        raise DataError("The JSON holds no table.", where=name, do=do)
    columns = {key: ["" if v is None else str(v) for v in values] for key, values in lists.items()}
    return DataFile(name, columns, list(range(1, len(next(iter(columns.values()))) + 1)))


def _equal_lists(document: Any) -> dict[str, list[Any]]:
    if not isinstance(document, dict):
        return {}
    lists = {k: v for k, v in document.items() if isinstance(v, list) and _flat(v)}
    longest = max((len(v) for v in lists.values()), default=0)
    return {k: v for k, v in lists.items() if len(v) == longest and longest > 0}


def _flat(values: list[Any]) -> bool:
    return not any(isinstance(v, (dict, list)) for v in values)
