"""Creatinine clearance, doses of direct anticoagulants, time in range, control of warfarin."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical.anticoagulation.doac import at_least_two, doac_dose
from harmfree.clinical.anticoagulation.inr_control import inr_control
from harmfree.clinical.anticoagulation.renal import cockcroft_gault, creatinine_clearance
from harmfree.clinical.anticoagulation.ttr import rosendaal, ttr
from harmfree.clinical.calendar import months_before
from harmfree.clinical.errors import RefusedError


@pytest.mark.parametrize(
    ("sex", "age", "weight", "creatinine", "clearance"),
    [
        ("male", 80, 60, 133, 33.29),
        ("female", 75, 70, 100, 47.32),
        ("female", 85, 55, 120, 26.22),
        ("male", 68, 90, 95, 83.90),
        ("female", 82, 58, 90, 38.87),
    ],
)
def test_clearance_vectors(sex, age, weight, creatinine, clearance):
    row = {"sex": sex, "age": age, "weight": weight, "creatinine": creatinine}
    assert round(creatinine_clearance.run(row).value, 2) == clearance


def test_clearance_refuses_other_units_and_names_what_is_missing():
    with pytest.raises(RefusedError, match="it looks like mg/dL: 1.1 would be 97.24 µmol/L"):
        creatinine_clearance.run({"creatinine": 1.1})
    assert creatinine_clearance.run({"age": 80}).missing == ("sex", "weight", "creatinine")


PERSON = {"age": 70, "sex": "male", "weight": 80, "creatinine": 80}


@pytest.mark.parametrize(
    ("change", "mg"),
    [
        ({"drug": "apixaban", "age": 80, "weight": 60, "creatinine": 132}, 2.5),
        ({"drug": "apixaban", "age": 79, "weight": 60, "creatinine": 133}, 2.5),
        ({"drug": "apixaban", "age": 79, "weight": 60, "creatinine": 132}, 5),
        ({"drug": "apixaban", "age": 80, "weight": 61, "creatinine": 132}, 5),
        ({"drug": "apixaban", "age": 80, "weight": 60.1, "creatinine": 133}, 2.5),
        ({"drug": "apixaban", "crcl": 29.9}, 2.5),
        ({"drug": "apixaban", "crcl": 30}, 5),
        ({"drug": "apixaban", "crcl": 15}, 2.5),
        ({"drug": "edoxaban", "crcl": 50, "weight": 60.1}, 30),
        ({"drug": "edoxaban", "crcl": 50.1, "weight": 60.1}, 60),
        ({"drug": "edoxaban", "crcl": 50.1, "weight": 60}, 30),
        ({"drug": "edoxaban", "crcl": 90, "pgp_inhibitor": "yes"}, 30),
        ({"drug": "rivaroxaban", "crcl": 49.9}, 15),
        ({"drug": "rivaroxaban", "crcl": 50}, 20),
        ({"drug": "rivaroxaban", "crcl": 15}, 15),
        ({"drug": "dabigatran", "crcl": 90, "age": 80}, 110),
        ({"drug": "dabigatran", "crcl": 30, "age": 80}, 110),
        ({"drug": "dabigatran", "crcl": 90, "age": 74}, 150),
        ({"drug": "dabigatran", "crcl": 90, "age": 74, "verapamil": "yes"}, 110),
    ],
)
def test_the_licensed_dose_on_both_sides_of_each_threshold(change, mg):
    assert doac_dose.run(PERSON | change).detail["recommended_mg"] == mg


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"drug": "apixaban", "dose": 5}, "correct"),
        ({"drug": "apixaban", "dose": 2.5}, "under-dosed"),
        ({"drug": "apixaban", "dose": 5, "crcl": 20}, "over-dosed"),
        ({"drug": "apixaban", "dose": 5, "times_per_day": 1}, "under-dosed"),
        ({"drug": "apixaban", "dose": 5, "crcl": 14.9}, "contraindicated"),
        ({"drug": "edoxaban", "dose": 60, "crcl": 14.9}, "contraindicated"),
        ({"drug": "rivaroxaban", "dose": 20, "crcl": 14.9}, "contraindicated"),
        ({"drug": "dabigatran", "dose": 150, "crcl": 29.9}, "contraindicated"),
        ({"drug": "dabigatran", "dose": 150, "crcl": 30}, "discretionary"),
        ({"drug": "dabigatran", "dose": 110, "crcl": 50}, "discretionary"),
        ({"drug": "dabigatran", "dose": 150, "crcl": 50.1}, "correct"),
        ({"drug": "dabigatran", "dose": 110, "crcl": 50.1}, "under-dosed"),
        ({"drug": "dabigatran", "dose": 110, "age": 75}, "discretionary"),
        ({"drug": "dabigatran", "dose": 110, "reflux_or_gastritis": 1}, "discretionary"),
        ({"drug": "dabigatran", "dose": 150, "age": 80}, "over-dosed"),
        ({"drug": "dabigatran", "dose": 75, "crcl": 40}, "under-dosed"),
        ({"drug": "edoxaban", "dose": 15, "switching_to_warfarin": 1}, "correct"),
        ({"drug": "rivaroxaban", "dose": 15, "times_per_day": 2}, "over-dosed"),
        ({"drug": "apixaban", "dose": 5, "mechanical_valve": 1}, "contraindicated"),
        ({"drug": "apixaban", "dose": 5, "mitral_stenosis": 1}, "contraindicated"),
        ({"drug": "apixaban", "dose": 5, "antiphospholipid": 1}, "contraindicated"),
        ({"drug": "apixaban", "dose": 5, "weight": None}, "cannot assess"),
        ({"drug": "apixaban", "dose": 5, "creatinine_months_ago": 12}, "correct"),
        ({"drug": "apixaban", "dose": 5, "creatinine_months_ago": 12.1}, "cannot assess"),
        ({"drug": "apixaban", "dose": 5, "weight_months_ago": 13}, "cannot assess"),
        ({"drug": "apixaban"}, "cannot assess"),
        ({"dose": 5}, "cannot assess"),
    ],
)
def test_every_class_of_prescription(change, found):
    result = doac_dose.run(PERSON | change)
    assert (result.value, result.band) == (found, found)
    assert result.advice or result.missing


def test_a_clearance_alone_does_not_settle_apixaban():
    result = doac_dose.run({"drug": "apixaban", "dose": 5, "crcl": 60})
    assert (result.value, result.missing) == ("cannot assess", ("age", "weight", "creatinine"))


@pytest.mark.parametrize("name", PERSON)
def test_each_part_of_the_clearance_is_needed(name):
    result = doac_dose.run(PERSON | {"drug": "rivaroxaban", "dose": 20, name: None})
    assert (result.value, result.missing) == ("cannot assess", (name,))


def test_what_is_not_recorded_is_named_and_said_to_be_taken_as_absent():
    result = doac_dose.run(PERSON | {"drug": "edoxaban", "dose": 60, "times_per_day": 1})
    assert result.value == "correct"
    assert "pgp_inhibitor" in result.missing
    assert any("taken as absent" in warning for warning in result.warnings)


def test_the_kidney_is_rechecked_sooner_when_it_is_worse():
    found = [
        doac_dose.run(PERSON | {"drug": "apixaban", "dose": 5, "crcl": clearance}).detail
        for clearance in (16, 45, 59.9, 60)
    ]
    assert [detail["recheck_kidney_months"] for detail in found] == [2, 4, 6, 12]


def test_no_dose_of_the_drug_is_refused():
    assert doac_dose.run(PERSON | {"drug": "apixaban", "dose": 10}).value == "over-dosed"
    with pytest.raises(RefusedError, match="10.1 mg is no dose of apixaban"):
        doac_dose.run(PERSON | {"drug": "apixaban", "dose": 10.1})


def test_two_of_three():
    assert at_least_two([True, True, None]) is True
    assert at_least_two([True, None, False]) is None
    assert at_least_two([None, False, False]) is False


# Day and INR; days in, below, above, usable, gap; time in range; day count.
VECTORS = [
    ("0:2.4 16:3.2", 12, 0, 4, 16, 0, 0.75, "12/16"),
    ("7:2.0 13:2.5 18:3.1 47:2.8", 29.5, 0, 10.5, 40, 0, 0.7375, "30/40"),
    ("10:1.9 50:2.0 90:3.6", 25, 40, 15, 80, 0, 0.3125, "26/80"),
    ("0:1.5 10:3.5", 5, 2.5, 2.5, 10, 0, 0.5, "5/10"),
    ("0:2.5 56:2.5", 56, 0, 0, 56, 0, 1.0, "56/56"),
    ("0:2.5 57:2.5", 0, 0, 0, 0, 57, None, "0/0"),
    ("0:2.5 14:2.5 84:2.5 98:4.0", 18.667, 0, 9.333, 28, 70, 0.6667, "18/28"),
    ("0:1.8 7:1.9 14:2.2 28:2.6 49:3.4 63:2.9", 31.967, 9.333, 21.7, 63, 0, 0.5074, "32/63"),
]


@pytest.mark.parametrize(
    ("tests", "inside", "below", "above", "usable", "gap", "share", "count"), VECTORS
)
def test_rosendaal_vectors(tests, inside, below, above, usable, gap, share, count):
    result = ttr.run({"inrs": tests})
    detail = result.detail
    days = [detail[f"days_{part}"] for part in ("in_range", "below", "above", "usable", "gap")]
    assert days == pytest.approx([inside, below, above, usable, gap], abs=6e-4)
    assert detail["day_count"] == count
    if share is None:
        assert (result.value, detail["ttr"], result.missing) == (None, None, ("inrs",))
    else:
        assert detail["ttr"] == pytest.approx(share, abs=6e-5)
        assert result.value == pytest.approx(100 * detail["ttr"])


def test_all_spellings_of_a_series_agree():
    pairs = [["2026-01-05", 2.4], ["2026-01-21", 3.2]]
    objects = [{"date": "2026-01-05", "inr": 2.4}, {"day": "2026-01-21", "value": 3.2}]
    text = "2026-01-21:3.2; 2026-01-05:2.4"
    values = {ttr.run({"inrs": given}).value for given in (pairs, objects, text)}
    assert values == {75.0}


def test_the_share_of_tests_counts_both_ends_of_the_range():
    detail = ttr.run({"inrs": "0:2.0 7:3.0 14:1.9 21:3.1"}).detail
    assert (detail["tests"], detail["fraction_of_tests_in_range"]) == (4, 0.5)


def test_two_tests_on_a_day_are_averaged_and_said():
    result = ttr.run({"inrs": "0:2.0 0:2.8 16:3.2"})
    assert result.value == 75.0
    assert "1 days have several tests" in result.warnings[0]


def test_a_window_is_anchored_before_its_start_and_never_after_its_end():
    tests = "2026-01-01:2.0 2026-01-11:3.0 2026-01-21:5.0"
    whole = ttr.run({"inrs": tests}).detail
    inner = ttr.run({"inrs": tests, "since": "2026-01-06", "until": "2026-01-15"}).detail
    assert (whole["days_usable"], whole["days_in_range"]) == (20, 10)
    assert (inner["days_usable"], inner["days_in_range"]) == (5, 5)
    on_the_day = ttr.run({"inrs": tests, "until": "2026-01-11"}).detail
    assert on_the_day["days_usable"] == 10


def test_an_interruption_breaks_the_line():
    found = rosendaal([0, 10, 20], [2.5, 2.5, 2.5], breaks=[15])
    assert (found.inside, found.gap) == (10, 10)
    tests = "2026-01-01:2.5 2026-01-11:2.5 2026-01-21:2.5"
    for days in ("2026-01-15", ["2026-01-11"], "2026-01-12 2026-01-20"):
        assert ttr.run({"inrs": tests, "interruptions": days}).detail["days_gap"] == 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inrs": "0:0"}, "0.5 to 20"),
        ({"inrs": "0:21"}, "0.5 to 20"),
        ({"inrs": "0:2.4 2026-01-01:2.5"}, "mixed"),
        ({"inrs": "0"}, "day:value"),
        ({"inrs": [[1]]}, "not a day with a value"),
        ({"inrs": [["2026-01-01", None]]}, "has no value"),
        ({"inrs": 5}, "not a series"),
        ({"inrs": "0:2.4 9:2.4", "since": "2026-01-01"}, "a window needs tests with dates"),
        ({"low": 3, "high": 3}, "must be below the upper end"),
    ],
)
def test_what_a_series_refuses(change, said):
    with pytest.raises(RefusedError, match=said):
        ttr.run(change)


series = st.lists(
    st.tuples(st.integers(0, 400), st.floats(0.8, 10)),
    min_size=2,
    max_size=12,
    unique_by=lambda test: test[0],
)


@given(series, st.randoms())
@settings(max_examples=60)
def test_the_parts_add_up_and_order_changes_nothing(tests, random):
    days, inrs = zip(*tests, strict=True)
    found = rosendaal(days, inrs)
    assert found.usable + found.gap == pytest.approx(max(days) - min(days), abs=1e-6)
    assert min(found.inside, found.below, found.above, found.gap) >= -1e-9
    shuffled = list(tests)
    random.shuffle(shuffled)
    assert rosendaal(*zip(*shuffled, strict=True)) == found


@given(series)
@settings(max_examples=40)
def test_the_day_count_stays_near_the_continuous_form(tests):
    days, inrs = zip(*tests, strict=True)
    found = rosendaal(np.array(days), np.array(inrs))
    assert abs(found.counted_inside - found.inside) <= 2 * len(tests)
    assert found.counted == pytest.approx(found.usable)


@given(series, st.integers(0, 400))
@settings(max_examples=40)
def test_a_window_and_what_comes_before_it_make_the_whole(tests, cut):
    days, inrs = zip(*sorted(tests), strict=True)
    whole = rosendaal(days, inrs, longest=1000)
    after = rosendaal(days, inrs, longest=1000, since=cut)
    fraction = (cut - days[0]) / (days[-1] - days[0])
    if fraction <= 0:
        assert after == whole
    elif fraction >= 1:
        assert after.usable == 0
    else:
        assert after.usable == pytest.approx(days[-1] - cut)


CONTROLLED = "2025-12-01:2.5 2026-01-10:2.5 2026-02-20:2.5 2026-04-01:2.5 2026-05-10:2.5"


def control(extra, **more):
    row = {"inrs": f"{CONTROLLED} {extra}", "on": "2026-05-20", "started": "2024-01-01"} | more
    return inr_control.run(row)


@pytest.mark.parametrize(
    ("extra", "markers"),
    [
        ("", []),
        ("2026-03-01:5.0 2026-03-03:5.0", []),
        ("2026-03-01:5.1", []),
        ("2026-03-01:5.1 2026-03-03:5.1", ["high"]),
        ("2026-03-01:8.0", []),
        ("2026-03-01:8.1", ["very_high"]),
        ("2026-03-01:1.5 2026-03-03:1.5", []),
        ("2026-03-01:1.4 2026-03-03:1.4", ["low"]),
        ("2025-10-19:1.4 2026-03-03:1.4", []),
        ("2025-11-20:1.4 2026-03-03:1.4", ["low"]),
        ("2025-11-19:1.4 2026-03-03:1.4", []),
        ("2026-03-01:5.1 2026-03-01:5.2", []),
        ("2026-03-01:5.1 2026-05-20:5.1", ["high"]),
        ("2026-03-01:5.1 2026-05-21:5.1", []),
    ],
)
def test_each_marker_of_poor_control_from_both_sides(extra, markers):
    result = control(extra)
    counted = [name for name in result.detail["markers"] if name != "ttr"]
    assert counted == markers
    assert (result.value == "poor") == bool(result.detail["markers"])


def test_time_in_range_below_65_percent_is_poor():
    result = control("2026-01-25:4.8 2026-03-10:4.8 2026-04-20:4.8")
    assert result.detail["ttr"] < 65
    assert result.detail["markers"] == ["ttr"]


def test_the_swords_rule_counts_the_thresholds():
    pairs = "2026-03-01:5.0 2026-03-03:5.0"
    assert "high" not in control(pairs).detail["markers"]
    assert "high" in control(pairs, rule="swords").detail["markers"]
    assert "very_high" in control("2026-03-01:8.0", rule="swords").detail["markers"]
    assert "low" in control("2026-03-01:1.5 2026-03-03:1.5", rule="swords").detail["markers"]


def test_the_first_six_weeks_are_left_out_and_a_short_course_is_said():
    tests = "2026-03-01:1.0 2026-03-20:1.2 2026-04-12:2.5 2026-05-10:2.5"
    short = inr_control.run({"inrs": tests, "on": "2026-05-20", "started": "2026-03-01"})
    unsaid = inr_control.run({"inrs": tests, "on": "2026-05-20"})
    assert short.detail["ttr"] == 100
    assert unsaid.detail["ttr"] < 65
    assert any("provisional" in warning for warning in short.warnings)
    assert any("not recorded" in warning for warning in unsaid.warnings)


@pytest.mark.parametrize(("started", "share"), [("2026-03-01", 1 / 84), ("2026-02-28", 4 / 87)])
def test_time_in_range_counts_from_six_weeks_after_the_start(started, share):
    # In range until 12 April, and for a third of the day after; six weeks end on 12 and 11 April.
    tests = "2026-04-01:2.5 2026-04-12:2.5 2026-04-13:4 2026-05-10:4"
    result = inr_control.run({"inrs": tests, "on": "2026-05-20", "started": started})
    assert result.detail["ttr"] == pytest.approx(100 * share)


def test_too_few_tests_are_not_good_control():
    result = inr_control.run({"inrs": "2026-05-01:2.5", "on": "2026-05-20"})
    assert (result.value, result.missing) == (None, ("inrs",))
    assert inr_control.run({"on": "2026-05-20"}).missing == ("inrs",)
    with pytest.raises(RefusedError, match="need dates"):
        inr_control.run({"inrs": "0:2.5", "on": "2026-05-20"})


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 8, 31), 6, date(2024, 2, 29)),
        (date(2026, 5, 20), 6, date(2025, 11, 20)),
        (date(2026, 1, 31), 1, date(2025, 12, 31)),
    ],
)
def test_calendar_months(day, months, before):
    assert months_before(day, months) == before


@given(st.floats(18, 100), st.floats(40, 150), st.floats(40, 400))
@settings(max_examples=30)
def test_clearance_falls_with_age_and_creatinine_and_rises_with_weight(age, weight, creatinine):
    here = cockcroft_gault(age, "female", weight, creatinine)
    assert cockcroft_gault(age + 1, "female", weight, creatinine) < here
    assert cockcroft_gault(age, "female", weight + 1, creatinine) > here
    assert cockcroft_gault(age, "female", weight, creatinine + 1) < here
    assert cockcroft_gault(age, "male", weight, creatinine) > here
