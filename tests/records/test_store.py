from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.errors import InputError, NotFoundError
from harmfree.records import Source, Store, StoreWriter, bucket_count_for, locked, schema
from harmfree.records import pseudonym as names
from harmfree.records.errors import StoreBusyError, StoreDamagedError

DAY = date(2024, 3, 1)


def tables(people: list[int], events_each: int = 2) -> tuple[pa.Table, pa.Table, pa.Table]:
    count = len(people)
    person = pa.table(
        {
            "person": people,
            "birth_date": [date(1950, 1, 1)] * count,
            "sex": [1] * count,
            "death_date": pa.nulls(count, pa.date32()),
            "ethnicity": [0] * count,
            "deprivation": [0] * count,
            "registrations": [1] * count,
            "events": [events_each] * count,
        }
    )
    registration = pa.table(
        {
            "person": list(range(count)),
            "site": [0] * count,
            "start": [DAY] * count,
            "end": pa.nulls(count, pa.date32()),
        }
    )
    rows = [row for row in range(count) for _ in range(events_each)]
    event = pa.table(
        {
            "person": rows,
            "date": [DAY] * len(rows),
            "code_id": [0] * len(rows),
            "value": [float(row) for row in rows],
            "unit_id": [0] * len(rows),
            "until": pa.nulls(len(rows), pa.date32()),
        }
    )
    return person, registration, event


CODES = pa.table(
    {"code_id": [0], "system": ["snomed"], "code": ["1"], "term": ["One"], "events": [4]}
)
UNITS = pa.table({"unit_id": [0], "comparator": [""], "unit": [""]})
SITES = pa.table(
    {
        "site": [0],
        "id": ["P1"],
        "name": ["Practice 1"],
        "kind": ["practice"],
        "parent": pa.nulls(1, pa.string()),
        "start": pa.nulls(1, pa.date32()),
        "end": pa.nulls(1, pa.date32()),
        "successor": pa.nulls(1, pa.string()),
    }
)


def write_store(home: Path, people: list[int] | None = None) -> None:
    writer = StoreWriter(home, 2, name="x")
    people = [2, 4, 5, 9] if people is None else people
    for number in range(2):
        writer.write_bucket(number, *tables([p for p in people if p % 2 == number]))
    source = Source("demo", "synthetic", "d", 1, DAY)
    writer.finish(CODES, UNITS, SITES, [source], extract_date=DAY)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_store(tmp_path)
    store = Store.open(tmp_path)
    assert store.buckets == [0, 1]
    assert (store.manifest.people, store.manifest.events) == (4, 8)
    assert store.manifest.sources[0].label == "demo"
    assert store.bucket(1).person["person"].to_pylist() == [5, 9]
    assert store.bucket(1, ["date"]).event.column_names == ["date"]
    assert store.codes.schema == schema.CODE
    assert store.ledger().num_rows == 0


def test_one_person_is_a_bucket_of_one(tmp_path: Path) -> None:
    write_store(tmp_path)
    person = Store.open(tmp_path).person(9)
    assert person.person["person"].to_pylist() == [9]
    assert person.registration["person"].to_pylist() == [0]
    assert person.event["person"].to_pylist() == [0, 0]
    assert person.event["value"].to_pylist() == [1.0, 1.0]
    with pytest.raises(NotFoundError, match="no person"):
        Store.open(tmp_path).person(11)


def test_nothing_loaded_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="harmfree load"):
        Store.open(tmp_path)


def test_a_new_generation_replaces_the_old_and_old_readers_go_on(tmp_path: Path) -> None:
    write_store(tmp_path)
    before = Store.open(tmp_path)
    write_store(tmp_path, [2, 3])
    assert before.bucket(0).person.num_rows == 2
    assert Store.open(tmp_path).manifest.people == 2
    write_store(tmp_path, [2, 3])
    kept = sorted(path.name for path in (tmp_path / "generations").iterdir())
    assert kept == ["000002", "000003"]


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    def digests(home: Path) -> list[str]:
        write_store(home)
        paths = sorted((home / "generations" / "000001").rglob("*.parquet"))
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]

    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_a_bucket_out_of_order_is_refused(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path)
    with pytest.raises(StoreDamagedError, match="not in order"):
        writer.write_bucket(0, *tables([4, 2]))
    person, registration, event = tables([2, 4])
    with pytest.raises(StoreDamagedError, match="do not fit"):
        writer.write_bucket(0, person, registration, event.slice(1))


def test_a_missing_bucket_is_refused(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path, 2)
    writer.write_bucket(0, *tables([2]))
    with pytest.raises(StoreDamagedError, match="not written"):
        writer.finish(CODES, UNITS, SITES, [], extract_date=DAY)


def test_an_unchanged_bucket_is_kept(tmp_path: Path) -> None:
    write_store(tmp_path)
    old = Store.open(tmp_path)
    writer = StoreWriter(tmp_path, 2)
    writer.keep_bucket(0, old.path(0))
    writer.keep_bucket(1, old.path(1))
    writer.finish(CODES, UNITS, SITES, [], extract_date=DAY)
    assert Store.open(tmp_path).bucket(1).event.equals(old.bucket(1).event)


def test_a_damaged_store_says_so(tmp_path: Path) -> None:
    write_store(tmp_path)
    store = Store.open(tmp_path)
    (store.path(0) / "event.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(StoreDamagedError, match="Bucket 0"):
        store.bucket(0)
    (store.folder / "manifest.json").write_text("{")
    with pytest.raises(StoreDamagedError, match="manifest"):
        Store.open(tmp_path)


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(StoreBusyError), locked(tmp_path):
        raise AssertionError("the second lock was given")


@pytest.mark.parametrize(
    ("people", "buckets"), [(0, 1), (20_000, 1), (20_001, 2), (40_001, 4), (1_000_000, 64)]
)
def test_bucket_count(people: int, buckets: int) -> None:
    assert bucket_count_for(people) == buckets


@given(st.integers(1, 2**62 - 1))
def test_a_shown_pseudonym_reads_back(person: int) -> None:
    text = names.shown(person)
    assert len(text) == 14
    assert names.parse(text) == person
    assert names.parse(text.lower()) == person


@pytest.mark.parametrize("text", ["", "P12", "Pä234567890123", "P1234567890123456"])
def test_a_wrong_pseudonym_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a person"):
        names.parse(text)


def test_the_key_is_secret_and_stays(tmp_path: Path) -> None:
    key = names.load_key(tmp_path / "new")
    assert names.load_key(tmp_path / "new") == key
    assert (tmp_path / "new" / "key").stat().st_mode & 0o777 == 0o600
    assert names.pseudonym(key, "9000000009") != names.pseudonym(key + "0", "9000000009")


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
def test_the_database_computes_the_same_pseudonym(identifier: str) -> None:
    import duckdb

    (number,) = duckdb.execute(
        f"SELECT {names.sql('secret', 'id')} FROM (SELECT ? AS id)", [identifier]
    ).fetchall()[0]
    assert number == names.pseudonym("secret", identifier)
