"""A user's own map from dm+d to BNF codes.

The map is a CSV with a header; the dm+d identifier is in the column ``dmd`` (or ``dmd_id``,
``id``, ``snomed_code``, ``VMP / VMPP/ AMP / AMPP SNOMED Code``) and the BNF presentation code in
``bnf`` (or ``bnf_code``, ``BNF Code``). The NHSBSA publishes such a file monthly as "BNF SNOMED
mapping"; it is the user's to obtain, and is never shipped.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from harmfree.errors import NotFoundError
from harmfree.records.codes.errors import CodeMapError

MAP_FILE = "dmd_bnf.csv"
_DMD = ("dmd", "dmd_id", "id", "snomed_code", "vmp / vmpp/ amp / ampp snomed code")
_BNF = ("bnf", "bnf_code", "bnf code")
_MIN_BNF = 7


def import_map(source: Path, maps: Path) -> int:
    """Check a map and keep it in the folder `maps`; returns how many codes it holds.

    Raises:
        NotFoundError: there is no such file.
        CodeMapError: no such columns, a code that is none, or one dm+d code with two BNF codes.
    """
    if not source.is_file():
        raise NotFoundError(f"There is no file {source}.", do="Give the path of a CSV file.")
    pairs = _checked(source)
    maps.mkdir(parents=True, exist_ok=True)
    part = maps / f"{MAP_FILE}.part"
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("dmd", "bnf"))
        writer.writerows(sorted(pairs.items()))
    part.replace(maps / MAP_FILE)
    return len(pairs)


def read_map(maps: Path) -> dict[str, str]:
    """dm+d identifier to BNF code; empty when no map was imported."""
    path = maps / MAP_FILE
    return _checked(path) if path.is_file() else {}


def _checked(path: Path) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for line, dmd, bnf in _rows(path):
        if not dmd.isdigit() or len(bnf) < _MIN_BNF:
            raise CodeMapError(
                f"'{dmd}' to '{bnf}' is not a dm+d identifier and a BNF code.",
                where=f"{path}, line {line}",
                do="dm+d identifiers are digits; BNF codes have 7 to 15 characters. A spreadsheet "
                "may have turned long numbers into 3.2E+08: import the file as text.",
            )
        if pairs.setdefault(dmd, bnf) != bnf:
            raise CodeMapError(
                f"{dmd} has two BNF codes, {pairs[dmd]} and {bnf}.",
                where=f"{path}, line {line}",
                do="Keep one row for each dm+d identifier.",
            )
    return pairs


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line, dm+d identifier and BNF code; rows without a BNF code are passed over."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            dmd, bnf = _columns(path, next(reader, []))
            for row in reader:
                if len(row) > max(dmd, bnf) and row[bnf].strip():
                    yield reader.line_num, row[dmd].strip().strip("'"), row[bnf].strip().upper()
    except (UnicodeDecodeError, csv.Error) as error:
        raise CodeMapError(
            "The map is not CSV in UTF-8.", where=str(path), do="Save it as CSV UTF-8."
        ) from error


def _columns(path: Path, header: list[str]) -> tuple[int, int]:
    names = [cell.strip().lower() for cell in header]
    dmd = next((names.index(name) for name in _DMD if name in names), None)
    bnf = next((names.index(name) for name in _BNF if name in names), None)
    if dmd is None or bnf is None:
        raise CodeMapError(
            f"The map's columns are {', '.join(header) or 'none'}.",
            where=str(path),
            do="Give it a header with a column dmd and a column bnf.",
        )
    return dmd, bnf
