"""Small tables that the user brings: good rows are kept, bad ones counted and named."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from harmfree.errors import InputError

Row = dict[str, str]
Made = TypeVar("Made")
Rejected = tuple[tuple[int, str], ...]


def read_table(path: Path, needed: Iterable[str], what: str) -> list[tuple[int, Row]]:
    """(line, row) of a CSV file; cells without white space around them.

    Raises:
        InputError: the file cannot be read, or lacks a column that is needed.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lacking = [name for name in needed if name not in (reader.fieldnames or ())]
            if lacking:
                raise InputError(
                    f"{what} needs the columns {', '.join(needed)}.",
                    where=f"{path.name} lacks {', '.join(lacking)}",
                )
            return [
                (line, {str(k): (v or "").strip() for k, v in row.items() if isinstance(v, str)})
                for line, row in enumerate(reader, start=2)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise InputError(f"{what} cannot be read.", where=f"{path.name} ({fault})") from fault


def made_of(
    rows: Iterable[tuple[int, Row]], make: Callable[[Row], Made], key: Callable[[Made], str]
) -> tuple[tuple[Made, ...], Rejected]:
    """What `make` makes of each row, once for each key; and (line, what is wrong) of the others.

    `make` raises ValueError with a sentence for a row that cannot be used.
    """
    found: dict[str, Made] = {}
    rejected = []
    for line, row in rows:
        try:
            made = make(row)
        except ValueError as wrong:
            rejected.append((line, str(wrong)))
            continue
        if key(made) in found:
            rejected.append((line, f"{key(made)} stands twice; the first row counts."))
        else:
            found[key(made)] = made
    return tuple(found.values()), tuple(rejected)
