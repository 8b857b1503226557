"""Shared tables with bytes changed at random: the load ends, and tells what it left out."""

from __future__ import annotations

import gzip
import random
from datetime import date
from pathlib import Path

import pytest

from harmfree.errors import HarmfreeError
from harmfree.records.sources import fhir_split, line_ends
from records.conftest import Home

LONG = 2 << 30


def mutated(content: bytes, chance: random.Random, most: int) -> bytes:
    """The content with up to `most` bytes changed, the first line left alone."""
    changed = bytearray(content)
    start = content.index(b"\n") + 1
    for _ in range(chance.randint(1, most)):
        changed[chance.randrange(start, len(changed))] = chance.randrange(256)
    return bytes(changed)


def tables_of(folder: Path) -> dict[str, bytes]:
    """The folder's tables, unpacked, no more than the first 2,000 lines of each."""
    found = {}
    for path in sorted(folder.rglob("*.csv*")):
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        lines = content.splitlines(keepends=True)[:2000]
        if len(lines) > 1:
            found[path.name.removesuffix(".gz")] = b"".join(lines)
    return found


@pytest.mark.shared_data
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["ehrql_example", "omop_broadsea_demo"])
def test_mutated_shared_tables_load_or_say_why_not(
    shared_data: Path, tmp_path: Path, name: str, seed: int
):
    tables = tables_of(shared_data / "records" / name)
    assert tables, "the shared folder has no tables"
    (tmp_path / "x").mkdir()
    chance = random.Random(seed)
    for table, content in tables.items():
        (tmp_path / "x" / table).write_bytes(mutated(content, chance, 5))
    home = Home(tmp_path / "home")
    try:
        home.load(tmp_path / "x", extract_date=date(2024, 12, 31))
    except HarmfreeError as told:
        assert told.what
        assert told.do
    else:
        assert home.store.manifest.people > 0


@pytest.mark.slow
def test_a_line_of_two_gigabytes_is_passed_over(tmp_path: Path):
    """The file is sparse: it takes no room on the disk, and still has to be read to its end."""
    path = tmp_path / "long.ndjson"
    with path.open("wb") as file:
        file.write(b"first\n")
        file.seek(LONG, 1)
        file.write(b"\nlast\n")
    assert path.stat().st_size > LONG
    with path.open("rb") as file:
        found = [(each.data, each.rule) for each in fhir_split.lines(file, 16 << 20)]
    assert found == [(b"first", ""), (b"", "line_too_long"), (b"last", "")]


@pytest.mark.parametrize(
    ("content", "one_kind"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\nb\n", b"a\nb\n"),
        (b"a\r\nb\nc\r\n", b"a\nb\nc\n"),
        (b"a\r\nb\rc\r\n", b"a\nb\nc\n"),
        (b"a\r\n\r\n\nb", b"a\n\n\nb"),
        (b"a\r\r\nb\n", b"a\n\nb\n"),
        (b"", b""),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_mixed_line_ends_become_one_kind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    one_kind: bytes,
    chunk: int,
    name: str,
):
    monkeypatch.setattr(line_ends, "_CHUNK", chunk)
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    found = line_ends.with_one_kind(path, tmp_path / "copy.csv")
    with line_ends.open_bytes(found) as file:
        assert file.read() == one_kind
    assert (found == path) == (content == one_kind)
