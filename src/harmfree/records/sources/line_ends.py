"""Text files that mix kinds of line ends: DuckDB's strict reader of CSV gives up on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from harmfree.records.sources.fhir_split import open_bytes

_CHUNK = 1 << 22
_ENDS = re.compile(rb"\r\n?|\n")


def _chunks(path: Path) -> Iterator[bytes]:
    """Pieces of the file, none of which ends between the two bytes of a Windows line end."""
    with open_bytes(path) as file:
        while chunk := file.read(_CHUNK):
            while chunk.endswith(b"\r") and (more := file.read(1)):
                chunk += more
            yield chunk


def mixed(path: Path) -> bool:
    """Whether the file has more than one kind of line end; False when it cannot be read."""
    counts = [0, 0, 0]
    try:
        for chunk in _chunks(path):
            both = chunk.count(b"\r\n")
            found = (both, chunk.count(b"\n") - both, chunk.count(b"\r") - both)
            counts = [old + new for old, new in zip(counts, found, strict=True)]
    except (OSError, EOFError):  # the reader of the table tells what is wrong with it
        return False
    return sum(count > 0 for count in counts) > 1


def with_one_kind(path: Path, copy: Path) -> Path:
    """The file itself, or, when it mixes line ends, `copy` with every line ended by LF.

    The copy has the same lines: rows of the ledger keep their numbers.
    """
    if not mixed(path):
        return path
    with copy.open("wb") as file:
        for chunk in _chunks(path):
            file.write(_ENDS.sub(b"\n", chunk))
    return copy
