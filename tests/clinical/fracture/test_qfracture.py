"""QFracture-2012: published profiles, all shared vectors, boundaries, and the NumPy twin."""

from __future__ import annotations

import csv
import json
import time

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.cli.calc import command
from harmfree.clinical import find
from harmfree.clinical.errors import RefusedError
from harmfree.clinical.fracture.equations import OUTCOMES, equation, flag_names, published
from harmfree.clinical.fracture.population import risks

TOOL = find("qfracture")
PLAIN = {"alcohol_cat6": 0, "ethrisk": 1, "smoke_cat": 0, "others_absent": "yes"}


def person(sex, age, height, weight, **more):
    return PLAIN | {"sex": sex, "age": age, "height": height, "weight": weight} | more


# Published profiles of an independent test suite: osteoporotic and hip risk in ten years.
PROFILES = [
    (person("F", 65, 165, 68), 4.551261, 1.187594),
    (
        person(
            "F", 75, 160, 56, smoke_cat=4, alcohol_cat6=4, b_fracture4=1, b_ra_sle=1,
            b_corticosteroids=1, fh_osteoporosis=1,
        ),
        45.194353,
        35.514128,
    ),
    (
        person("M", 70, 175, 92, smoke_cat=3, b_type2=1, b_cvd=1, b_asthmacopd=1),
        4.146912,
        2.527956,
    ),
    (
        person("M", 80, 172, 71, b_falls=1, b_parkinsons=1, b_type1=1, b_carehome=1),
        47.924641,
        80.247719,
    ),
    (person("F", 60, 158, 60, ethrisk=2, b_hrt_oest=1, b_antidepressant=1), 2.969878, 0.428621),
]  # fmt: skip


@pytest.mark.parametrize(("row", "osteoporotic", "hip"), PROFILES)
def test_published_profiles(row, osteoporotic, hip):
    result = TOOL.run(row)
    assert result.value == pytest.approx(osteoporotic, abs=1e-6)
    assert result.detail["osteoporotic_pct"] == result.value
    assert result.detail["hip_pct"] == pytest.approx(hip, abs=1e-6)


@pytest.mark.shared_data
def test_every_shared_vector_through_the_batch_command(shared_data, tmp_path):
    cases, out = shared_data / "fracture" / "qfracture2012_vectors.csv", tmp_path / "out.ndjson"
    assert CliRunner().invoke(command, ["qfracture", str(cases), "-o", str(out)]).exit_code == 0
    wanted = list(csv.DictReader(cases.open()))
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(found) == len(wanted) == 205
    for want, got in zip(wanted, found, strict=True):
        for name in ("osteoporotic_pct", "hip_pct"):
            assert got["detail"][name] == pytest.approx(float(want[name]), abs=1e-9), want["label"]


def test_the_disclaimer_stays_with_every_score():
    assert published()["disclaimer"] in TOOL.run(PROFILES[0][0]).warnings
    assert published()["disclaimer"] in TOOL.run({}).warnings


def test_a_hip_risk_above_the_osteoporotic_risk_is_warned_of_not_mended():
    assert any("two equations are separate" in said for said in TOOL.run(PROFILES[3][0]).warnings)


def test_the_components_add_up_to_the_exponent():
    result = TOOL.run(PROFILES[1][0])
    total = sum(part.points for part in result.components)
    assert equation("osteoporotic", "female").risk(total, 10) == pytest.approx(result.value)


def test_what_is_not_recorded_gives_a_span_and_no_score():
    row = {name: value for name, value in PROFILES[0][0].items() if name != "others_absent"}
    result = TOOL.run(row)
    assert result.value is None
    assert "b_falls" in result.missing
    assert "b_carehome" not in result.missing  # not in either equation for women
    spans = result.detail
    assert spans["osteoporotic_minimum"] < PROFILES[0][1] < spans["osteoporotic_maximum"]
    assert spans["hip_minimum"] < PROFILES[0][2] < spans["hip_maximum"]
    known = TOOL.run(row | {"others_absent": "yes", "b_hrt_oest": "yes"})
    assert known.value == pytest.approx(spans["osteoporotic_minimum"])


@pytest.mark.parametrize("name", ["sex", "age", "alcohol_cat6", "ethrisk", "smoke_cat"])
def test_a_missing_input_is_named(name):
    row = {key: value for key, value in PROFILES[0][0].items() if key != name}
    result = TOOL.run(row)
    assert result.value is None
    assert name in result.missing


def test_a_missing_bmi_is_never_imputed():
    row = {key: value for key, value in PROFILES[0][0].items() if key != "weight"}
    assert TOOL.run(row).missing == ("bmi",)


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [("age", 30, 100), ("surv", 1, 18), ("bmi", 10, 80)],
)
def test_ranges_are_closed(field, low, high):
    row = PLAIN | {"sex": "F", "age": 65, "bmi": 25}
    for value in (low, high):
        assert TOOL.run(row | {field: value}).value is not None
    for value in (low - 1, high + 1):
        with pytest.raises(RefusedError, match=f"{field}: .*outside the plausible range"):
            TOOL.run(row | {field: value})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"height": 1.65}, "it looks like m: 1.65 would be 165 cm"),
        ({"age": 65.5}, "whole number"),
        ({"ethrisk": 0}, "not one of"),
        ({"ethrisk": 10}, "not one of"),
        ({"alcohol_cat6": 6}, "not one of"),
        ({"smoke_cat": 5}, "not one of"),
        ({"bmi": 40}, "height and weight give 25.0"),
    ],
)
def test_refusals_say_why(row, said):
    with pytest.raises(RefusedError, match=said):
        TOOL.run(PROFILES[0][0] | row)


@pytest.mark.parametrize(("bmi", "as_if"), [(19.9, 20), (20, 20), (40, 40), (41, 40)])
def test_bmi_is_clamped_and_said(bmi, as_if):
    row = PLAIN | {"sex": "M", "age": 70}
    clamped, plain = TOOL.run(row | {"bmi": bmi}), TOOL.run(row | {"bmi": as_if})
    assert clamped.value == plain.value
    assert any("was counted as" in said for said in clamped.warnings) == (bmi != as_if)


def test_above_84_nice_counts_people_as_high_risk():
    for age, said in ((84, False), (85, True)):
        warnings = TOOL.run(PROFILES[0][0] | {"age": age}).warnings
        assert any("Above 84" in text for text in warnings) is said


def test_a_condition_of_the_other_sex_changes_nothing_and_is_named():
    with_it = TOOL.run(PROFILES[0][0] | {"b_carehome": 1})
    assert with_it.value == TOOL.run(PROFILES[0][0]).value
    assert any("b_carehome" in said for said in with_it.warnings)


# From 36 in men: the source's osteoporotic equation for men falls from 30 to 35.
@pytest.mark.parametrize(("sex", "start"), [("F", 30), ("M", 36)])
def test_risk_rises_with_age_where_the_source_does(sex, start):
    found = [TOOL.run(PLAIN | {"sex": sex, "age": a, "bmi": 25}) for a in range(start, 101)]
    for name in ("osteoporotic_pct", "hip_pct"):
        column = [result.detail[name] for result in found]
        assert column == sorted(column)


def test_risk_rises_with_years():
    column = [TOOL.run(PROFILES[1][0] | {"surv": years}).value for years in range(1, 19)]
    assert column == sorted(column)


PEOPLE = st.fixed_dictionaries(
    {
        "sex": st.sampled_from(["female", "male"]),
        "age": st.integers(30, 100),
        "bmi": st.floats(10, 80),
        "alcohol_cat6": st.integers(0, 5),
        "ethrisk": st.integers(1, 9),
        "smoke_cat": st.integers(0, 4),
        "surv": st.integers(1, 18),
    }
    | {name: st.booleans() for name in flag_names()}
)


@settings(max_examples=40, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=20))
def test_the_numpy_twin_equals_the_scalar_tool(people):
    columns = {name: np.array([row[name] for row in people]) for name in people[0]}
    columns["female"] = columns.pop("sex") == "female"
    found = dict(zip(OUTCOMES, risks(columns), strict=True))
    for number, row in enumerate(people):
        scalar = TOOL.run(row).detail
        for name in OUTCOMES:
            assert found[name][number] == pytest.approx(scalar[f"{name}_pct"], rel=1e-12, abs=1e-12)


def test_the_twin_refuses_what_the_tool_refuses():
    row = {"female": [True], "age": [65], "bmi": [25.0], "alcohol_cat6": [0], "ethrisk": [1],
           "smoke_cat": [0], "surv": [10]}  # fmt: skip
    good = {name: np.array(column) for name, column in row.items()}
    assert risks(good)[0][0] == pytest.approx(4.545, abs=0.01)
    for name, bad in (("age", 29), ("age", 101), ("ethrisk", 0), ("surv", 19), ("bmi", np.nan)):
        with pytest.raises(ValueError, match=name):
            risks(good | {name: np.array([bad])})


def test_a_million_rows_take_under_two_seconds():
    count, dice = 1_000_000, np.random.default_rng(1)
    columns = {
        "female": dice.random(count) < 0.5,
        "age": dice.integers(30, 101, count),
        "bmi": dice.uniform(15, 45, count),
        "alcohol_cat6": dice.integers(0, 6, count),
        "ethrisk": dice.integers(1, 10, count),
        "smoke_cat": dice.integers(0, 5, count),
        "surv": np.full(count, 10),
    } | {name: dice.random(count) < 0.1 for name in flag_names()}
    risks({name: column[:1000] for name, column in columns.items()})
    start = time.process_time()
    osteoporotic, _ = risks(columns)
    assert len(osteoporotic) == count
    # Processor time of both threads: independent of what else the machine does.
    assert (time.process_time() - start) / 2 < 2
