"""What the columns of CSV files mean: a mapping in TOML or JSON, checked before anything is read.

See docs/records.md for every key, and sources/mappings/synthea.toml for a whole one.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harmfree.records.errors import MappingError

BUILT_IN = Path(__file__).parent / "mappings"
# Keys of each kind of table; the first ones are needed.
_NEEDED = {
    "people": ("file", "id"),
    "sites": ("file", "id"),
    "registrations": ("file", "person", "start"),
    "events": ("file", "person", "date", "code"),
}
_OPTIONAL = {
    "people": ("birth", "sex", "death", "nhs_number", "ethnicity", "deprivation", "site_column"),
    "sites": ("name", "parent", "kind_column"),
    "registrations": ("end", "site_column", "id"),
    "events": (
        "id", "term", "value", "comparator", "until", "supply_days", "system_column",
        "unit_column", "seen_at",
    ),
}  # fmt: skip
# Keys whose value is a constant rather than the name of a column.
_CONSTANTS = {
    "people": ("site",),
    "sites": ("kind",),
    "registrations": ("site",),
    "events": ("system", "unit", "numeric_only"),
}
_GENERAL = ("encoding", "date_format")


@dataclass(frozen=True)
class TableMapping:
    """What one file holds.

    Attributes:
        kind: people, sites, registrations or events.
        file: name of the file.
        columns: key -> names of columns; the first that the file has is meant.
        constants: key -> value, the same in each row.
    """

    kind: str
    file: str
    columns: dict[str, tuple[str, ...]]
    constants: dict[str, str]


@dataclass(frozen=True)
class Mapping:
    """A whole mapping.

    Attributes:
        text: the file's content, of which the digest of a load depends.
        encoding: of the CSV files; "" for UTF-8.
        date_format: of their dates, as in strptime; "" for ISO dates.
        tables: one entry a file and kind.
    """

    text: str
    encoding: str = ""
    date_format: str = ""
    tables: tuple[TableMapping, ...] = field(default=())


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file, or the built-in mapping of that name.

    Raises:
        MappingError: it cannot be read, or a key is missing, unknown or of the wrong type.
    """
    built_in = BUILT_IN / f"{path}.toml"
    if not path.exists() and built_in.exists():
        path = built_in
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as problem:
        names = ", ".join(sorted(file.stem for file in BUILT_IN.glob("*.toml")))
        raise MappingError(
            "The mapping cannot be read.",
            where=f"{path}: {problem}",
            do=f"Write it in TOML or JSON, or name one of ours: {names}.",
        ) from problem
    return _checked(values, text, str(path))


def _checked(values: Any, text: str, where: str) -> Mapping:
    """The mapping in `values`, all keys checked."""
    kinds = tuple(_NEEDED)
    unknown = set(values) - {*kinds, *_GENERAL} if isinstance(values, dict) else {"(no table)"}
    if unknown:
        raise MappingError(
            f"The mapping has unknown parts: {', '.join(sorted(unknown))}.",
            where=where,
            do=f"Known are {', '.join((*kinds, *_GENERAL))}.",
        )
    tables = tuple(
        _table(kind, entry, f"{where}, {kind} {place}")
        for kind in kinds
        for place, entry in enumerate(values.get(kind, []), 1)
    )
    if not any(table.kind == "people" for table in tables):
        raise MappingError("The mapping has no [[people]].", where=where, do="Say who is who.")
    general = {key: str(values.get(key, "")) for key in _GENERAL}
    return Mapping(text, general["encoding"], general["date_format"], tables)


def _table(kind: str, entry: Any, where: str) -> TableMapping:
    """One table's entry, checked."""
    if not isinstance(entry, dict):
        raise MappingError("This must be a table of keys.", where=where, do=f"Write [[{kind}]].")
    missing = [key for key in _NEEDED[kind] if not entry.get(key)]
    known = {*_NEEDED[kind], *_OPTIONAL[kind], *_CONSTANTS[kind]}
    unknown = sorted(set(entry) - known)
    if missing or unknown:
        wrong = [f"{key!r} is missing" for key in missing] + [f"{k!r} is unknown" for k in unknown]
        raise MappingError(
            f"In the mapping {', '.join(wrong)}.",
            where=where,
            do=f"The keys are: {', '.join(sorted(known))}.",
        )
    constants = {key: str(entry[key]) for key in _CONSTANTS[kind] if key in entry}
    columns = {
        key: tuple(value) if isinstance(value, list) else (str(value),)
        for key, value in entry.items()
        if key != "file" and key not in constants
    }
    return TableMapping(kind, str(entry["file"]), columns, constants)
