"""The tables of the store: their columns, their order and how they are written.

A generation holds `code`, `unit` and `site` once, and `person`, `registration` and `event` for
each bucket of people. docs/records.md says what every column means.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA_VERSION = 1
PEOPLE_PER_BUCKET = 20_000

COMPARATORS = ("", "<", "<=", ">", ">=", "~")
SEX = {"unknown": 0, "female": 1, "male": 2, "other": 3}
ETHNICITY = {"unknown": 0, "white": 1, "mixed": 2, "asian": 3, "black": 4, "other": 5}
SITE_KINDS = ("practice", "care_home", "ward", "network", "place", "system", "region")

CODE = pa.schema(
    [
        pa.field("code_id", pa.int32(), nullable=False),
        pa.field("system", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("term", pa.string(), nullable=False),
        pa.field("events", pa.int64(), nullable=False),
    ]
)
UNIT = pa.schema(
    [
        pa.field("unit_id", pa.int16(), nullable=False),
        pa.field("comparator", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
    ]
)
SITE = pa.schema(
    [
        pa.field("site", pa.int32(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("parent", pa.string()),
        pa.field("start", pa.date32()),
        pa.field("end", pa.date32()),
        pa.field("successor", pa.string()),
    ]
)
PERSON = pa.schema(
    [
        pa.field("person", pa.int64(), nullable=False),
        pa.field("birth_date", pa.date32()),
        pa.field("sex", pa.int8(), nullable=False),
        pa.field("death_date", pa.date32()),
        pa.field("ethnicity", pa.int8(), nullable=False),
        pa.field("deprivation", pa.int8(), nullable=False),
        pa.field("registrations", pa.int32(), nullable=False),
        pa.field("events", pa.int32(), nullable=False),
    ]
)
REGISTRATION = pa.schema(
    [
        pa.field("person", pa.int32(), nullable=False),
        pa.field("site", pa.int32(), nullable=False),
        pa.field("start", pa.date32(), nullable=False),
        pa.field("end", pa.date32()),
    ]
)
EVENT = pa.schema(
    [
        pa.field("person", pa.int32(), nullable=False),
        pa.field("date", pa.date32(), nullable=False),
        pa.field("code_id", pa.int32(), nullable=False),
        pa.field("value", pa.float32()),
        pa.field("unit_id", pa.int16(), nullable=False),
        pa.field("until", pa.date32()),
    ]
)
LEDGER = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("records", pa.int64(), nullable=False),
    ]
)


def write(table: pa.Table, path: Path, schema: pa.Schema) -> None:
    """Write `table` to `path` in the one form that the store uses, so that bytes repeat.

    One row group, Zstandard level 1, dictionary encoding, no pandas metadata; hashes, which no
    encoding makes smaller, as they are. The columns are put in the order of `schema` and cast to
    its types; a value that does not fit is an error.
    """
    table = table.select(schema.names).cast(schema)
    hashes = {field.name for field in schema if field.type == pa.uint64()}
    pq.write_table(
        table.replace_schema_metadata(None),
        path,
        row_group_size=max(table.num_rows, 1),
        use_dictionary=[name for name in schema.names if name not in hashes],
        compression={n: "none" if n in hashes else "zstd" for n in schema.names},
        compression_level={n: 1 for n in schema.names if n not in hashes},
        write_statistics=False,
    )


def read(path: Path, columns: list[str] | None = None, *, threads: bool = False) -> pa.Table:
    """Read one Parquet file of the store."""
    with pq.ParquetFile(path, memory_map=True) as file:
        return file.read(columns=columns, use_threads=threads)


def empty(schema: pa.Schema) -> pa.Table:
    """A table of `schema` without rows."""
    return schema.empty_table()
