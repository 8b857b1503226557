"""The fingerprint of an extract: the same for the same content, another for any change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harmfree.records import schema
from harmfree.records.extract import find_extract

BLOCK = 1 << 20


def digest(folder: Path, content: bytes, name: str = "Condition.ndjson") -> str:
    folder.mkdir()
    (folder / name).write_bytes(content)
    return find_extract(folder, label="l", extract_date=date(2024, 1, 1)).digest()


def test_the_same_content_elsewhere_has_the_same_fingerprint(tmp_path: Path):
    content = b'{"a": 1}\n' * 300_000
    assert digest(tmp_path / "a", content) == digest(tmp_path / "b", content)


@pytest.mark.parametrize(
    "changed",
    [
        b"y" + b"x" * (3 * BLOCK - 1),
        b"x" * (3 * BLOCK - 1) + b"y",
        b"x" * (3 * BLOCK - 1),
        b"x" * (3 * BLOCK) + b"\0",
        b"x" * (2 * BLOCK) + b"\0" * BLOCK,
    ],
    ids=["first byte", "last byte", "one byte less", "one byte more", "a block"],
)
def test_any_change_is_told(tmp_path: Path, changed: bytes):
    assert digest(tmp_path / "a", b"x" * (3 * BLOCK)) != digest(tmp_path / "b", changed)


def test_two_blocks_that_change_places_are_told(tmp_path: Path):
    one, other = b"x" * BLOCK, b"y" * BLOCK
    assert digest(tmp_path / "a", one + other) != digest(tmp_path / "b", other + one)


def test_another_file_name_is_told(tmp_path: Path):
    first = digest(tmp_path / "a", b"{}\n")
    assert first != digest(tmp_path / "b", b"{}\n", "Observation.ndjson")


def test_a_table_is_written_the_same_twice_and_its_hashes_as_they_are(tmp_path: Path):
    kinds = pa.schema([pa.field("hash", pa.uint64()), pa.field("day", pa.int32())])
    table = pa.table({"hash": range(1000), "day": [1] * 1000}, schema=kinds)
    for name in ("a", "b"):
        schema.write(table, tmp_path / name, kinds)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert schema.read(tmp_path / "a").equals(table)
    group = pq.read_metadata(tmp_path / "a").row_group(0)
    assert [group.column(i).compression for i in range(2)] == ["UNCOMPRESSED", "ZSTD"]
    assert "RLE_DICTIONARY" not in group.column(0).encodings
