"""QFracture over a synthetic region: every score is the tool's, every missing input is named."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from harmfree.cli.main import harmfree
from harmfree.clinical import find
from harmfree.clinical.fracture.equations import flag_names
from harmfree.errors import NotFoundError
from harmfree.periods.definition import ListTable
from harmfree.periods.windows import to_day
from harmfree.publish.errors import RunRequestError
from harmfree.publish.fracture_inputs import LISTS, alcohol_category, read_inputs
from harmfree.publish.fracture_risk import Asked, FractureRisk, fracture_risk, site_on
from harmfree.records import Bucket, schema

TOOL, NOGG = find("qfracture"), find("nogg")
TODAY = to_day("2026-06-01")


def quiet(what: str, done: int, total: int) -> None:
    """No progress bar."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    built = CliRunner().invoke(
        harmfree, ["demo", "build", "--people", "2000", "--to", str(folder), "--workers", "1"]
    )
    assert built.exit_code == 0, built.output
    return folder


@pytest.fixture(scope="module")
def found(home: Path) -> FractureRisk:
    return fracture_risk(home, Asked(), quiet)


def test_every_score_is_the_tools(found: FractureRisk):
    scored = [row for row in found.people.to_pylist() if row["osteoporotic_pct"] is not None]
    assert len(scored) > 200
    for row in scored:
        given = {
            "sex": row["sex"],
            "age": int(row["age"]),
            "bmi": row["bmi"],
            "alcohol_cat6": int(row["alcohol_cat6"]),
            "ethrisk": row["ethrisk"],
            "smoke_cat": int(row["smoke_cat"]),
            "others_absent": "yes",
            **dict.fromkeys(filter(None, row["conditions"].split(", ")), "yes"),
        }
        detail = TOOL.run(given).detail
        assert row["osteoporotic_pct"] == pytest.approx(detail["osteoporotic_pct"], abs=1e-9)
        assert row["hip_pct"] == pytest.approx(detail["hip_pct"], abs=1e-9)


def test_nobody_is_scored_without_an_input_or_outside_the_ages(found: FractureRisk):
    for row in found.people.to_pylist():
        assert (row["osteoporotic_pct"] is None) == bool(row["missing"])
        assert ("bmi" in row["missing"].split(", ")) == (row["bmi"] is None)
        assert ("alcohol" in row["missing"].split(", ")) == (row["alcohol_cat6"] is None)
        assert ("smoking" in row["missing"].split(", ")) == (row["smoke_cat"] is None)
        assert row["age"] is None or 30 <= row["age"] <= 100
    assert found.outside > 0


def test_the_highest_risk_comes_first_and_the_unscored_last(found: FractureRisk):
    risk = found.people["osteoporotic_pct"].to_pylist()
    scored = [each for each in risk if each is not None]
    assert risk == sorted(scored, reverse=True) + [None] * (len(risk) - len(scored))


def test_sites_add_up(found: FractureRisk):
    rows = found.people.to_pylist()
    assert sum(each.people for each in found.sites) == len(rows)
    for each in found.sites:
        mine = [row for row in rows if row["site"] == each.site]
        assert each.scored == sum(row["osteoporotic_pct"] is not None for row in mine)
        assert each.missing.get("bmi", 0) == sum("bmi" in row["missing"] for row in mine)
        assert each.high == sum(row["high"] for row in mine)


def test_noggs_bands_are_of_an_entered_frax_only(found: FractureRisk):
    seen = 0
    for row in found.people.to_pylist():
        current = row["frax_days"] is not None and row["frax_days"] <= 1826
        if not (current and row["age"] and row["age"] >= 50):
            assert row["nogg_band_of_frax"] == ""
            continue
        seen += 1
        given = {
            "age": row["age"],
            "mof_pct": row["frax_major_pct"],
            "hip_pct": row["frax_hip_pct"],
        }
        assert row["nogg_band_of_frax"] == NOGG.run(given | {"with_bmd": "no"}).value
    assert seen > 10


def test_the_threshold_is_a_setting(home: Path, found: FractureRisk):
    risk = found.people["osteoporotic_pct"].drop_null().to_numpy()
    age = found.people["age"].to_numpy(zero_copy_only=False)
    exact = float(risk[len(risk) // 2])
    again = fracture_risk(home, Asked(threshold=exact), quiet)
    assert sum(each.above for each in again.sites) == int((risk >= exact).sum())
    none = fracture_risk(home, Asked(threshold=100), quiet)
    assert sum(each.high for each in none.sites) >= int((age > 84).sum())
    for wrong in (-1.0, 100.1):
        with pytest.raises(RunRequestError):
            fracture_risk(home, Asked(threshold=wrong), quiet)


def test_one_site_and_no_such_site(home: Path, found: FractureRisk):
    name = found.sites[0].site
    one = fracture_risk(home, Asked(site=name), quiet)
    assert {each.site for each in one.sites} == {name}
    assert one.people.num_rows == found.sites[0].people
    with pytest.raises(NotFoundError):
        fracture_risk(home, Asked(site="NOWHERE"), quiet)


def test_the_day_decides_what_is_known(home: Path, found: FractureRisk):
    before = fracture_risk(home, Asked(as_of=date(2018, 1, 1)), quiet)
    days = before.people["bmi_days"].drop_null().to_numpy()
    assert (days >= 0).all()
    known = before.people["bmi"].drop_null()
    assert len(known) / before.people.num_rows < found.people["bmi"].drop_null().__len__() / (
        found.people.num_rows
    )


def test_alcohol_categories_at_their_boundaries():
    amounts = np.array([0, 0.1, 0.99, 1, 2.99, 3, 6.99, 7, 9, 9.01, np.nan])
    assert alcohol_category(amounts)[:-1].tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]
    assert np.isnan(alcohol_category(amounts)[-1])


CODES = {name: number for number, name in enumerate(LISTS)}


def bucket(
    events: list[tuple[str, str, float | None]],
    born: str | None = "1960-06-01",
    sex: str = "female",
) -> Bucket:
    """One person of a white ethnic group with (date, list, value) events."""
    events = sorted(events)
    person = {
        "person": [7],
        "birth_date": [born and date.fromisoformat(born)],
        "sex": [schema.SEX[sex]],
        "death_date": [None],
        "ethnicity": [1],
        "deprivation": [0],
        "registrations": [1],
        "events": [len(events)],
    }
    registration = {"person": [0], "site": [3], "start": [date(2000, 1, 1)], "end": [None]}
    event = {
        "person": [0] * len(events),
        "date": [date.fromisoformat(day) for day, _, _ in events],
        "code_id": [CODES[name] for _, name, _ in events],
        "value": [value for _, _, value in events],
        "unit_id": [0] * len(events),
        "until": [None] * len(events),
    }
    return Bucket(
        pa.table(person, schema.PERSON),
        pa.table(registration, schema.REGISTRATION),
        pa.table(event, schema.EVENT),
    )


def inputs(events: list[tuple[str, str, float | None]], **who: str | None):
    lists = {
        name: ListTable(
            np.array([number], np.int32), np.zeros(1, np.int32), np.zeros(1), np.ones(1)
        )
        for name, number in CODES.items()
    }
    return read_inputs(bucket(events, **who), lists, [""], TODAY)


FULL = [
    ("2026-05-01", "bmi", 24.0),
    ("2026-05-02", "never_smoked", None),
    ("2026-05-03", "alcohol_units", 7.0),
]


def test_last_known_inputs_with_their_age():
    found = inputs([*FULL, ("2020-01-01", "bmi", 30.0)])
    assert found.complete.tolist() == [True]
    assert {name: float(days[0]) for name, days in found.days.items()} == {
        "bmi": 31, "smoking": 30, "alcohol": 29,
    }  # fmt: skip
    assert [float(found.columns[n][0]) for n in ("bmi", "smoke_cat", "alcohol_cat6", "age")] == [
        24, 0, 2, 66,
    ]  # fmt: skip


def test_later_entries_and_impossible_values_are_passed_over():
    found = inputs([*FULL, ("2026-06-02", "bmi", 30.0), ("2026-05-30", "bmi", 0.0)])
    assert found.columns["bmi"].tolist() == [24]


def test_bmi_from_weight_and_height_where_none_was_recorded():
    found = inputs([*FULL[1:], ("2026-04-01", "weight", 68.0), ("2010-01-01", "height", 165.0)])
    assert found.columns["bmi"][0] == pytest.approx(68 / 1.65**2)
    assert found.days["bmi"].tolist() == [61]
    assert inputs([*FULL[1:], ("2026-04-01", "weight", 68.0)]).missing["bmi"].tolist() == [True]


@pytest.mark.parametrize(
    ("name", "category"),
    [("never_smoked", 0), ("ex_smoker", 1), ("smoker_light", 2), ("smoker_moderate", 3),
     ("smoker_heavy", 4), ("smoker", 3)],
)  # fmt: skip
def test_smoking(name, category):
    found = inputs([FULL[0], FULL[2], ("2020-01-01", "smoker_heavy", None),
                    ("2026-05-02", name, None)])  # fmt: skip
    assert found.columns["smoke_cat"].tolist() == [category]
    assert found.approximated["amount smoked"].tolist() == [name == "smoker"]


def test_a_non_drinker_after_an_amount_drinks_nothing():
    found = inputs([*FULL, ("2026-05-20", "non_drinker", None)])
    assert found.columns["alcohol_cat6"].tolist() == [0]
    assert inputs([*FULL, ("2026-05-03", "non_drinker", None)]).columns[
        "alcohol_cat6"
    ].tolist() == [2]


@pytest.mark.parametrize(
    ("days", "current"),
    [
        (["2025-12-01", "2026-05-01"], True),
        (["2025-11-30", "2026-05-01"], False),
        (["2026-05-01"], False),
        (["2026-05-01", "2026-05-01"], False),
    ],
)
def test_a_current_medicine_is_two_issues_in_six_months(days, current):
    found = inputs([*FULL, *((day, "antidepressant", None) for day in days)])
    assert found.columns["b_antidepressant"].tolist() == [current]


def test_conditions_are_there_once_coded_and_absent_otherwise():
    found = inputs([*FULL, ("1999-01-01", "dementia", None), ("2026-07-01", "epilepsy", None)])
    present = [name for name in flag_names() if found.columns[name][0]]
    assert present == ["b_dementia"]


@pytest.mark.parametrize(
    ("who", "missing", "outside"),
    [
        ({"sex": "other"}, ["sex"], False),
        ({"born": None}, ["age"], False),
        ({"born": "1996-06-02"}, [], True),
        ({"born": "1996-06-01"}, [], False),
        ({"born": "1925-06-02"}, [], False),
        ({"born": "1925-06-01"}, [], True),
    ],
)
def test_who_can_be_scored(who, missing, outside):
    found = inputs(FULL, **who)
    assert [name for name, flag in found.missing.items() if flag[0]] == missing
    assert found.outside.tolist() == [outside]
    assert found.complete.tolist() == [not missing and not outside]


def test_only_the_registered_and_living_are_counted():
    one = bucket(FULL)
    assert site_on(one, TODAY).tolist() == [3]
    assert site_on(one, to_day("1999-12-31")).tolist() == [-1]
    dead = one.person.set_column(
        3, schema.PERSON.field("death_date"), pa.array([date(2026, 6, 1)], pa.date32())
    )
    gone = Bucket(dead, one.registration, one.event)
    assert site_on(gone, TODAY).tolist() == [-1]
    assert site_on(gone, TODAY - 1).tolist() == [3]


def test_the_command(home: Path, found: FractureRisk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HARMFREE_HOME", str(home))
    name = found.sites[0].site
    table = CliRunner().invoke(harmfree, ["fracture-risk", "--site", name, "--top", "2"])
    assert table.exit_code == 0
    assert "NICE names none for QFracture" in " ".join(table.output.split())
    assert "not a product of ClinRisk" in " ".join(table.output.split())
    as_csv = CliRunner().invoke(harmfree, ["fracture-risk", "--site", name, "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(as_csv.output)))
    assert len(rows) == found.sites[0].people
    held = json.loads(CliRunner().invoke(harmfree, ["fracture-risk", "--json"]).output)
    assert held["threshold_pct"] == 10
    assert [each["site"] for each in held["sites"]] == [each.site for each in found.sites]
    for form in ("table", "csv"):
        every = CliRunner().invoke(harmfree, ["fracture-risk", "--format", form])
        assert name in every.output
