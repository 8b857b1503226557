"""Antibiotic volumes: the worked figures, the boundaries, and a second count over a region."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from codes.dictionaries import dictionary
from harmfree.cli.main import harmfree
from harmfree.clinical import find
from harmfree.clinical.infection.volume import DEFINITIONS, star_pu_weights
from harmfree.errors import NotFoundError
from harmfree.periods.stored import list_table
from harmfree.periods.windows import to_day
from harmfree.programmes.point_of_care_testing.ideal import ideals
from harmfree.programmes.registry import code_folders
from harmfree.publish.errors import RunRequestError
from harmfree.publish.falls_rates import month_edges
from harmfree.publish.stewardship import Consulted, stewardship
from harmfree.publish.stewardship_counts import BANDS, LISTS, Sums, ages, count_bucket
from harmfree.records import Bucket, Store, schema
from harmfree.records.codes import resolve_all

UNITS = pa.table({"comparator": ["", "<"], "unit": ["", ""]})
EXACT = np.array([True, False])
EDGES = month_edges(to_day("2026-12-31"), 12)
C4 = {
    "0501013B0AAABAB": ("Amoxicillin 500mg capsules", 700),
    "0501013K0AAAJAJ": ("Co-amoxiclav 500mg/125mg tablets", 100),
    "0501021L0AAABAB": ("Cefalexin 500mg capsules", 40),
    "0501120L0AAAFAF": ("Ciprofloxacin 500mg tablets", 30),
    "0501130R0AAAGAG": ("Nitrofurantoin 100mg modified-release capsules", 130),
    "0501130H0AAAAAA": ("Methenamine hippurate 1g tablets", 20),
    "0501090R0AAABAB": ("Rifampicin 300mg capsules", 10),
}

Event = tuple[int, str, int, float | None]


def bucket(people: list[tuple[str | None, int]], events: list[Event], start="2000-01-01") -> Bucket:
    """People (birth, sex number) of site 0, with events (person, date, code, value) by person."""
    counts = Counter(who for who, *_ in events)
    n = len(people)
    person = {
        "person": list(range(n)),
        "birth_date": [birth and date.fromisoformat(birth) for birth, _ in people],
        "sex": [sex for _, sex in people],
        "death_date": [None] * n, "ethnicity": [0] * n, "deprivation": [0] * n,
        "registrations": [1] * n, "events": [counts[i] for i in range(n)],
    }  # fmt: skip
    registration = {
        "person": list(range(n)), "site": [0] * n, "start": [date.fromisoformat(start)] * n,
        "end": [None] * n,
    }  # fmt: skip
    ordered = sorted(events, key=lambda each: (each[0], each[1]))
    event = {
        "person": [who for who, *_ in ordered],
        "date": [date.fromisoformat(day) for _, day, *_ in ordered],
        "code_id": [code for _, _, code, _ in ordered],
        "value": [value for *_, value in ordered],
        "unit_id": [0] * len(ordered),
        "until": [None] * len(ordered),
    }
    return Bucket(
        pa.table(person, schema.PERSON),
        pa.table(registration, schema.REGISTRATION),
        pa.table(event, schema.EVENT),
    )


def counted(made: Bucket, codes: list[tuple[str, str, str | None]]) -> tuple[Sums, int]:
    found = resolve_all(LISTS, dictionary(codes), code_folders())
    lists = {name: list_table(each, UNITS) for name, each in found.items()}
    sums = Sums.empty(1, 12)
    return sums, count_bucket(sums, made, lists, EXACT, EDGES)


def test_four_c_by_both_definitions_on_the_worked_figures():
    codes = [("bnf", code, term) for code, (term, _) in C4.items()]
    events = [
        (0, "2026-05-01", number, None)
        for number, (_, items) in enumerate(C4.values())
        for _ in range(items)
    ]
    sums, _ = counted(bucket([("1980-01-01", 1)], events), codes)
    every, items, nhs, broad, broad_nhs, *_ = sums.items.sum(axis=(1, 2))
    assert (every, items, nhs) == (1030, 1000, 1020)
    assert 100 * broad / items == pytest.approx(17.0)
    assert 100 * broad_nhs / nhs == pytest.approx(16.667, abs=5e-4)


@pytest.mark.parametrize("name", ["openprescribing", "nhs"])
def test_the_lists_are_the_definitions_of_the_tool(name):
    """Over every antibacterial of the region: the code lists and `four_c` count the same codes."""
    from harmfree.records.sources.synthetic.vocabulary import vocabulary

    entries = [each for each in vocabulary().entries if each.code.startswith("0501")]
    codes = [(each.system, each.code, each.term) for each in entries]
    assert len(codes) >= 18
    folders, rule = code_folders(), DEFINITIONS[name]
    denominator = {"openprescribing": "antibacterial", "nhs": "antibacterial_nhs"}[name]
    found = resolve_all([denominator, "antibacterial_broad"], dictionary(codes), folders)
    expected = [
        number
        for number, (_, code, _) in enumerate(codes)
        if code.startswith(rule["denominator"]) and not code.startswith(rule["without"] or ("-",))
    ]
    assert found[denominator].code_ids.tolist() == expected
    broad = [n for n in expected if codes[n][1].startswith(rule["numerator"])]
    assert found["antibacterial_broad"].code_ids.tolist() == broad


def test_star_pu_of_a_hundred_people_in_every_cell():
    years = [2026 - int(band.split("-")[0].rstrip("+")) - 1 for band in BANDS]
    people = [(f"{year}-01-01", sex) for year in years for sex in (1, 2) for _ in range(100)]
    events = [(0, "2026-05-01", 0, None)] * 900
    sums, _ = counted(bucket(people, events), [("bnf", "0501013B0AAABAB", "Amoxicillin 500mg")])
    star_pu = sums.star_pu[0, -1]
    assert star_pu == pytest.approx(1099.103, abs=5e-4)
    assert sums.items[0].sum() / star_pu == pytest.approx(0.81885, abs=5e-6)
    assert sums.people[0, -1] == 1800
    names = {f"{'F' if sex == 1 else 'M'} {band}": 100 for sex in (1, 2) for band in BANDS}
    tool = find("star_pu")
    given = tool.inputs(list_sizes=names, items=900)
    assert tool(given).value == pytest.approx(sums.items[0].sum() / star_pu)


def test_people_without_a_weight_are_counted_apart():
    people = [(None, 1), ("1980-01-01", 0), ("1980-01-01", 3), ("1980-01-01", 2)]
    sums, _ = counted(bucket(people, []), [])
    assert sums.people[0, -1] == 4
    assert sums.unweighted[0, -1] == 3
    assert sums.star_pu[0, -1] == pytest.approx(star_pu_weights()["male"]["45-54"])


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("2020-06-01", "2025-05-31", 4),
        ("2020-06-01", "2025-06-01", 5),
        ("2020-02-29", "2025-02-28", 4),
        ("2020-02-29", "2025-03-01", 5),
        ("2020-02-29", "2024-02-29", 4),
        ("1950-12-31", "2026-12-30", 75),
        ("2026-06-01", "2026-05-31", -1),
        ("1969-12-31", "1970-01-01", 0),
    ],
)
def test_completed_years(birth, day, age):
    assert ages(np.array([to_day(birth)]), np.array([to_day(day)])).tolist() == [age]


EAR = [("snomed", "3110003", "Acute otitis media"), ("bnf", "0501013B0AAABAB", "Amoxicillin 500mg")]


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("2024-05-02", (0, 0)),  # the day before the second birthday
        ("2024-05-01", (1, 1)),
        ("2007-05-02", (1, 1)),  # 18 until tomorrow
        ("2007-05-01", (0, 0)),
        (None, (0, 0)),
    ],
)
def test_otitis_media_is_counted_from_two_to_eighteen_years(birth, expected):
    events = [(0, "2026-05-01", 0, None), (0, "2026-05-01", 1, None)]
    sums, _ = counted(bucket([(birth, 1)], events), EAR)
    number = [each.infection for each in ideals()].index("otitis_media")
    assert tuple(sums.consultations[number].sum(axis=(0, 1))) == expected


def test_a_day_is_one_consultation_and_the_next_day_another():
    days = ("2026-05-01", "2026-05-01", "2026-05-02")
    events: list[Event] = [(0, day, 0, None) for day in days]
    events.append((0, "2026-05-03", 1, None))
    sums, _ = counted(bucket([("2020-01-01", 1)], events), EAR)
    number = [each.infection for each in ideals()].index("otitis_media")
    assert sums.consultations[number].sum(axis=(0, 1)).tolist() == [2, 0]


@pytest.mark.parametrize(("quantity", "long"), [(6, 0), (7, 1), (None, 0)])
def test_a_course_beyond_three_days_is_told_from_the_quantity(quantity, long):
    codes = [("bnf", "0501080W0AAAEAE", "Trimethoprim 200mg tablets")]
    sums, _ = counted(bucket([("1980-01-01", 1)], [(0, "2026-05-01", 0, quantity)]), codes)
    assert sums.items[5:].sum(axis=(1, 2)).tolist() == [1, long]


def test_items_of_people_on_no_list_are_counted_apart():
    made = bucket([("1980-01-01", 1)], [(0, "2026-05-01", 1, None)], start="2026-06-01")
    sums, unplaced = counted(made, EAR)
    assert unplaced == 1
    assert sums.items.sum() == 0


def test_the_excess_is_never_below_nothing():
    sore_throat = next(each for each in ideals() if each.infection == "sore_throat")
    assert Consulted(sore_throat, 100, 59).excess == pytest.approx(46)
    assert Consulted(sore_throat, 100, 13).excess == pytest.approx(0)
    assert Consulted(sore_throat, 100, 5).excess == 0
    assert Consulted(sore_throat, 0, 0).percent is None


def test_every_ideal_has_its_source_and_is_marked():
    assert [(each.infection, each.usual, each.ideal) for each in ideals()] == [
        ("acute_cough", 41, 10),
        ("acute_bronchitis", 82, 13),
        ("sore_throat", 59, 13),
        ("rhinosinusitis", 88, 11),
        ("otitis_media", 92, 17),
    ]
    assert {each.provenance.tag for each in ideals()} == {"S"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    arguments = ["demo", "build", "--people", "4000", "--to", str(folder), "--workers", "1"]
    assert CliRunner().invoke(harmfree, arguments).exit_code == 0
    return folder


def test_a_second_count_of_items_finds_the_same(home: Path):
    """Practice by practice from the tables themselves, over the last twelve months."""
    store = Store.open(home)
    antibacterial = {
        row["code_id"] for row in store.codes.to_pylist() if row["code"].startswith("0501")
    }
    expected: Counter[str] = Counter()
    names = store.sites["id"].to_pylist()
    for number in store.buckets:
        held = store.bucket(number)
        where: dict[int, list[dict[str, object]]] = {}
        for row in held.registration.to_pylist():
            where.setdefault(row["person"], []).append(row)
        for row in held.event.select(["person", "date", "code_id"]).to_pylist():
            if row["code_id"] in antibacterial and row["date"] >= date(2025, 11, 1):
                here = [
                    each
                    for each in where.get(row["person"], ())
                    if each["start"] <= row["date"]
                    and (not each["end"] or row["date"] < each["end"])
                ]
                if here:
                    expected[names[here[-1]["site"]]] += 1
    found = stewardship(home, months=1)
    assert {each.id: each.months[-1].items_all for each in found.sites} == {
        each.id: expected[each.id] for each in found.sites
    }
    assert expected.total() > 300


def test_an_area_is_the_sum_of_its_practices(home: Path):
    practices = stewardship(home, months=3).sites
    region = stewardship(home, by="region", months=3).sites
    assert len(region) == 1
    for i in range(3):
        for name in ("people", "items", "items_nhs", "broad", "uti_long"):
            whole = getattr(region[0].months[i], name)
            assert whole == sum(getattr(each.months[i], name) for each in practices)
            assert name == "uti_long" or whole > 0
    assert region[0].months[-1].four_c != region[0].months[-1].four_c_nhs


def test_the_command(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HARMFREE_HOME", str(home))
    shown = CliRunner().invoke(harmfree, ["stewardship", "--by", "place"])
    assert shown.exit_code == 0
    assert "per STAR-PU" in shown.output
    one = CliRunner().invoke(harmfree, ["stewardship", "--by", "region", "--months", "2"]).output
    assert "Acute bronchitis" in one
    assert "2026-09" in one
    document = json.loads(
        CliRunner().invoke(harmfree, ["stewardship", "--by", "region", "--json"]).output
    )
    assert {each["id"] for each in document["definitions"]} >= {
        "stewardship_four_c_nhs", "stewardship_four_c_openprescribing",
    }  # fmt: skip
    last = document["sites"][0]["months"][-1]
    assert last["items_per_1000"] == pytest.approx(1000 * last["items"] / last["people"])
    assert last["consultations"][0]["tag"] == "S"


def test_what_cannot_be_asked(home: Path):
    with pytest.raises(RunRequestError, match="1 to 600"):
        stewardship(home, months=0)
    with pytest.raises(RunRequestError, match="no level"):
        stewardship(home, by="ward")
    with pytest.raises(NotFoundError, match="no site"):
        stewardship(home, site="NOWHERE")
    practice = stewardship(home, months=1).sites[0].id
    with pytest.raises(NotFoundError, match="no region at"):
        stewardship(home, by="region", site=practice)
