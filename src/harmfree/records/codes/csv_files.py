"""Reading a CSV file of a user's: rows with their line numbers, and plain words when it is none."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from harmfree.records.codes.errors import CodeListError


def read_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of every row of a UTF-8 CSV file.

    Raises:
        CodeListError: the file is not UTF-8 or not CSV.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for row in reader:
                yield reader.line_num, row
    except UnicodeDecodeError as error:
        raise CodeListError(
            "The code list is not UTF-8 text.", where=str(path), do="Save it as CSV UTF-8."
        ) from error
    except csv.Error as error:
        raise CodeListError(
            f"The code list is not CSV: {error}.", where=str(path), do="Save it as CSV UTF-8."
        ) from error
