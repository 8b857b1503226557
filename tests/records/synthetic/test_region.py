"""What the region promises: the same bytes, codes that exist, a store that holds together."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.cli.demo import command
from harmfree.errors import InputError
from harmfree.records import Source, Store, StoreWriter, rules, schema
from harmfree.records.sources.synthetic import build as building
from harmfree.records.sources.synthetic import places, rollout, tables
from harmfree.records.sources.synthetic.clock import NEVER, Settings
from harmfree.records.sources.synthetic.sheet import Events
from harmfree.records.sources.synthetic.vocabulary import UNITS, vocabulary

SMALL = Settings(people=1500, seed=3)


def bytes_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path):
    folders = []
    for name, seed in (("one", 3), ("two", 3), ("three", 4)):
        building.build(replace(SMALL, seed=seed), tmp_path / name)
        folders.append(Store.open(tmp_path / name).folder)
    assert bytes_of(folders[0]) == bytes_of(folders[1])
    assert bytes_of(folders[0]) != bytes_of(folders[2])


def test_a_bucket_alone_is_the_bucket_of_the_whole(store):
    made = building.make(Settings(people=50_000, seed=1), 2)
    bucket = store.bucket(2)
    assert made.event.equals(bucket.event)
    assert made.person.equals(bucket.person)
    assert made.registration.equals(bucket.registration)


def test_building_again_replaces_a_synthetic_store_but_never_a_real_one(tmp_path):
    building.build(SMALL, tmp_path / "home")
    assert building.build(SMALL, tmp_path / "home").generation == 2
    real = tmp_path / "real"
    writer = StoreWriter(real, 1)
    writer.write_bucket(
        0, *(schema.empty(s) for s in (schema.PERSON, schema.REGISTRATION, schema.EVENT))
    )
    writer.finish(
        *(schema.empty(s) for s in (schema.CODE, schema.UNIT, schema.SITE)),
        [Source("surgery", "csv", "0", 0, SMALL.extract)],
        extract_date=SMALL.extract,
    )
    with pytest.raises(InputError, match="not synthetic"):
        building.build(SMALL, real)
    assert Store.open(real).manifest.people == 0


def test_pseudonyms_are_positive_ascending_and_in_their_bucket(store):
    for number in store.buckets:
        person = store.bucket(number).person["person"].to_numpy()
        assert (np.diff(person) > 0).all()
        assert person[0] > 0
        assert (person % store.manifest.bucket_count == number).all()


def test_people_and_events_are_as_many_as_said(store):
    assert store.manifest.people == 50_000
    assert 70 <= store.manifest.events / 50_000 <= 90


def test_registrations_never_overlap_and_death_closes_them(store):
    for number in store.buckets:
        bucket = store.bucket(number)
        table = bucket.registration
        person = table["person"].to_numpy()
        start = table["start"].cast(pa.int32()).to_numpy()
        end = table["end"].cast(pa.int32()).fill_null(NEVER).to_numpy()
        same = person[1:] == person[:-1]
        assert (end > start).all()
        assert (end[:-1][same] <= start[1:][same]).all()
        death = bucket.person["death_date"].cast(pa.int32()).fill_null(NEVER).to_numpy()[person]
        assert (end[death < NEVER] <= death[death < NEVER] + 1).all()


def test_events_follow_the_stores_order_without_twins(store):
    event = store.bucket(0).event
    columns = [event[name].cast(pa.float64()).fill_null(np.inf).to_numpy() for name in _PLAIN]
    columns += [event[name].cast(pa.int32()).fill_null(NEVER).to_numpy() for name in ("until",)]
    columns.insert(1, event["date"].cast(pa.int32()).to_numpy())
    rows = np.column_stack([columns[0], columns[1], columns[2], columns[3], columns[4], columns[5]])
    differs = rows[1:] != rows[:-1]
    first = differs.argmax(axis=1)
    assert differs.any(axis=1).all(), "an exact duplicate"
    places_ = np.arange(len(first))
    assert (rows[1:][places_, first] > rows[:-1][places_, first]).all()


_PLAIN = ("person", "code_id", "unit_id", "value")


def verhoeff(digits: str) -> bool:
    """Whether the check digit of a SNOMED CT identifier is right (dihedral group D5)."""

    def times(a, b):
        if a < 5:
            return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
        return 5 + (a - b) % 5 if b < 5 else (a - b) % 5

    turn = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    check = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit)
        for _ in range(place % 8):
            number = turn[number]
        check = times(check, number)
    return check == 0


def test_every_code_is_well_formed_and_there_once():
    entries = vocabulary().entries
    assert len({entry.key for entry in entries}) == len(entries)
    assert len({(entry.system, entry.code) for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.term
        assert entry.source
        if entry.system == "snomed":
            assert verhoeff(entry.code), entry
        elif entry.system == "bnf":
            assert len(entry.code) == 15, entry
        else:
            assert entry.system == "local"
            assert entry.code.startswith("HF-")


def test_the_check_digit_test_notices_a_wrong_digit():
    assert verhoeff("49436004")
    assert not verhoeff("49436005")
    assert not verhoeff("49463004")


def test_every_code_of_the_vocabulary_occurs(store):
    table = store.codes.to_pylist()[: len(vocabulary())]
    unused = [row["term"] for row in table if row["events"] == 0]
    assert unused == []


def test_code_counts_are_true(store):
    counted = np.zeros(store.codes.num_rows, dtype=np.int64)
    for number in store.buckets:
        codes = store.bucket(number, ["code_id"]).event["code_id"].to_numpy()
        counted += np.bincount(codes, minlength=len(counted))
    assert counted.tolist() == store.codes["events"].to_pylist()
    assert counted.sum() == store.manifest.events


def test_a_result_above_ninety_keeps_its_comparator(store):
    event = store.bucket(0).event
    egfr = event.filter(pc.equal(event["code_id"], vocabulary()["egfr"]))
    above = [n for n, (sign, _) in enumerate(UNITS) if sign == ">"]
    high = egfr.filter(pc.is_in(egfr["unit_id"], pa.array(above, pa.int16())))
    assert high.num_rows > 1000
    typed = {90.0, 0.0, 9_999.0, None}  # the faults of `mess` keep their comparator too
    assert set(high["value"].to_pylist()) <= typed
    assert pc.mean(pc.equal(high["value"], 90.0).cast(pa.float64())).as_py() > 0.99


def test_the_ledger_counts_every_fault_by_a_rule_of_the_records(store):
    ledger = store.ledger()
    found = {}
    for row in ledger.to_pylist():
        assert row["rule"] in rules.RULES
        found[row["rule"]] = found.get(row["rule"], 0) + row["records"]
    assert set(found) == {
        "no_date",
        "date_too_early",
        "date_in_future",
        "before_birth",
        "after_death",
        "value_unreadable",
        "duplicate",
        "registration_overlaps",
    }
    assert all(number > 20 for number in found.values())


def test_faults_that_a_load_keeps_are_in_the_store(store):
    bucket = store.bucket(0)
    assert bucket.person["birth_date"].null_count > 0
    value = bucket.event["value"]
    assert pc.sum(pc.equal(value, 9_999.0)).as_py() > 0
    death = bucket.person["death_date"].cast(pa.int32()).fill_null(NEVER).to_numpy()
    day = bucket.event["date"].cast(pa.int32()).to_numpy()
    late = day > death[bucket.event["person"].to_numpy()]
    assert late.any()


def test_sites_form_a_tree_with_one_closed_practice(store):
    rows = {row["id"]: row for row in store.sites.to_pylist()}
    assert len(rows) == store.sites.num_rows
    above = {"system": "region", "place": "system", "network": "place"}
    above |= {"practice": "network", "care_home": "network"}
    for row in rows.values():
        if row["kind"] != "region":
            assert rows[row["parent"]]["kind"] == above[row["kind"]]
    closed = [row for row in rows.values() if row["end"]]
    assert len(closed) == 1
    assert rows[closed[0]["successor"]]["kind"] == "practice"
    assert len({row["name"] for row in rows.values()}) == len(rows)


def test_nobody_is_registered_at_a_closed_practice_after_it_closed(store):
    closed = next(row for row in store.sites.to_pylist() if row["end"])
    for number in store.buckets:
        table = store.bucket(number).registration
        there = table.filter(pc.equal(table["site"], closed["site"]))
        ends = there["end"].fill_null(Settings(1, 1).extract).to_pylist()
        assert all(end <= closed["end"] for end in ends)


# A uniform draw is below 1, and a draw on the very day of a change may fall on either side of it.
CHANCES = st.integers(0, 999).map(lambda thousandths: (thousandths + 0.5) / 1000)


@given(st.lists(CHANCES, min_size=50, max_size=50), st.integers(-400, 400))
@settings(max_examples=50, deadline=None)
def test_exactly_the_share_that_the_ratio_says_is_left(chances, since):
    program = rollout.Rollout(np.array([1000], np.int32))
    practice = np.zeros(50, np.int64)
    stop = program.end_hazards(practice, np.full(50, 500_000), np.array(chances))
    day = 1000 + since
    ratio = program.ratio(practice, np.full(50, day), program.hazard_ratio)
    assert ((stop > day) == (np.array(chances) <= ratio)).mean() > 0.97


def test_a_practice_without_go_live_keeps_its_hazards():
    program = rollout.Rollout(np.array([NEVER], np.int32))
    stop = program.end_hazards(np.zeros(3, np.int64), np.full(3, 500_000), np.array([0, 0.8, 1.0]))
    assert (stop == 500_000).all()
    assert (program.ratio(np.zeros(1, np.int64), np.array([30_000]), 0.65) == 1).all()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_ordering_agrees_with_a_plain_sort_of_all_columns(data):
    n = data.draw(st.integers(1, 30))

    def column(low, high, dtype):
        drawn = data.draw(st.lists(st.integers(low, high), min_size=n, max_size=n))
        return np.array(drawn, dtype=dtype)

    value = column(0, 3, np.float32)
    value[value == 3] = np.nan
    events = Events(
        column(0, 2, np.int32),
        column(-2, 1, np.int32),
        column(0, 1, np.int32),
        value,
        column(0, 1, np.int16),
        column(5, 6, np.int32),
    )
    plain = sorted(set(_rows(events)))
    found, twins = tables.ordered(events)
    assert _rows(found) == plain
    assert twins == n - len(plain)


def _rows(events):
    value = np.where(np.isnan(events.value), np.inf, events.value)
    columns = (events.person, events.date, events.code, events.unit, value, events.until)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_practice_sizes_and_names_hold_for_a_large_region():
    region = places.build(Settings(people=1_000_000, seed=1), 18000)
    assert region.practices == 133
    assert abs(region.size.sum() - 1) < 1e-9
    assert len({site.name for site in region.sites}) == len(region.sites)


def test_the_command_builds_and_says_what(tmp_path):
    arguments = ["build", "--people", "200", "--seed", "5", "--to", str(tmp_path), "--json"]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0
    assert json.loads(result.output)["people"] == 200
    assert Store.open(tmp_path).manifest.people == 200
