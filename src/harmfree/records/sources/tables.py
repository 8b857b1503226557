"""Tables in files: CSV (plain or gzip) and Parquet, opened as DuckDB views of text.

Every column is read as text under a tidy name, so that a value that does not fit is judged by the
rules and not by the reader. Rows that are no rows go to the ledger with their line.
"""

from __future__ import annotations

import csv
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from harmfree.records.checks import quoted
from harmfree.records.sources.fhir_split import open_bytes
from harmfree.records.sources.line_ends import with_one_kind
from harmfree.records.staging import LedgerRow, Stage

NAMES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".parquet")
LONGEST = 2 << 20  # bytes of a row
_HEADER = 1 << 16  # bytes in which the header ends
_WRAPPED = re.compile(r"^\w+\(\s*([A-Za-z_]\w*)\s*(?:,.*)?\)$")
_SEPARATORS = (",", ";", "\t", "|")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Table:
    """An opened table.

    Attributes:
        view: its name in DuckDB; beside its columns it has `harmfree_row`, the number of the row.
        columns: tidy names of its columns.
        number: place of its file in the list of files.
    """

    view: str
    columns: tuple[str, ...]
    number: int

    def column(self, name: str) -> str:
        """SQL: a column, empty text being null; null when the table has no such column."""
        return f"nullif(trim({identifier(name)}), '')" if name in self.columns else "NULL::VARCHAR"


def identifier(name: str) -> str:
    """SQL identifier of `name`."""
    return '"' + name.replace('"', '""') + '"'


def stem(path: Path) -> str:
    """Name of a table's file without its endings, in small letters."""
    return path.name.lower().split(".")[0]


def tidy(header: str) -> str:
    """Name of a column: small letters, and what an exporting tool wrapped around it taken off.

    >>> tidy("date(BIRTH_DATETIME,'unixepoch')")
    'birth_datetime'
    """
    header = header.strip().lstrip("\ufeff")
    wrapped = _WRAPPED.match(header)
    return (wrapped.group(1) if wrapped else header).lower()


def open_table(stage: Stage, number: int, path: Path, *, encoding: str = "") -> Table | None:
    """Open a file as a view; None, with a row in the ledger, when it cannot be read."""
    view = f"table_{number}"
    try:
        if path.suffix == ".parquet":
            scan = f"read_parquet({quoted(str(path))})"
            described = stage.con.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
            names = [str(row[0]) for row in described]
        else:
            encoding = encoding or _encoding(path)
            plain = path if "16" in encoding else with_one_kind(path, stage.folder / f"{view}.csv")
            names, scan = _csv_scan(plain, view, encoding)
    except (duckdb.Error, OSError, EOFError, zlib.error, ValueError, csv.Error) as problem:
        why = type(problem).__name__
        stage.note(view, [LedgerRow(stage.files[number], "", "file_unreadable", why)])
        return None
    picked = {tidy(name): name for name in names}
    columns = ", ".join(
        f"{identifier(name)}::VARCHAR AS {identifier(short)}" for short, name in picked.items()
    )
    stage.con.execute(
        f"CREATE OR REPLACE TEMP VIEW {view} AS "
        f"SELECT {columns}, row_number() OVER () AS harmfree_row FROM {scan}"
    )
    return Table(view, tuple(picked), number)


def _csv_scan(path: Path, view: str, encoding: str) -> tuple[list[str], str]:
    """Names of a CSV file's columns, and the FROM item that reads it."""
    header = _header(path, encoding or "utf-8-sig")
    separator = max(_SEPARATORS, key=header.count)
    names = next(csv.reader([header], delimiter=separator), [])
    if not any(names) or len(set(names)) < len(names):
        raise ValueError("no header")
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    more = f", encoding={quoted(encoding)}" if encoding else ""
    return names, (
        f"read_csv({quoted(str(path))}, auto_detect=false, columns={{{columns}}}, header=true, "
        f"delim={quoted(separator)}, quote='\"', escape='\"', max_line_size={LONGEST}, "
        f"store_rejects=true, rejects_table='rejected_{view}', "
        f"rejects_scan='rejected_scan_{view}', rejects_limit=0{more})"
    )


def _header(path: Path, encoding: str) -> str:
    """First line of a text file; what is wrong further down is for the reader to find."""
    with open_bytes(path) as file:
        start = file.read(_HEADER).decode(encoding, "ignore")
    return start.splitlines()[0] if start.strip() else ""


def _encoding(path: Path) -> str:
    """utf-16 when the file's mark says so, else the default."""
    if path.suffix == ".gz":
        return ""
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in _UTF16 else ""


_RULES = {"LINE SIZE OVER MAXIMUM": "line_too_long", "INVALID ENCODING": "not_utf8"}


def note_rejected(stage: Stage, table: Table) -> None:
    """Put the rows that the reader refused into the ledger."""
    name = f"rejected_{table.view}"
    tables = stage.con.execute(
        f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{name}'"
    ).fetchall()
    if tables == [(0,)]:
        return
    found = stage.con.execute(
        f"SELECT DISTINCT line, error_type::VARCHAR FROM {name} ORDER BY ALL"
    ).fetchall()
    file = stage.files[table.number]
    rows = {
        (line, _RULES.get(error.replace("_", " "), "row_malformed")): None for line, error in found
    }
    stage.note(table.view, [LedgerRow(file, str(line), rule) for line, rule in rows])
