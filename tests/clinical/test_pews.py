"""National PEWS: every edge of every age band, oxygen, triggers, ages, what others got wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical.deterioration.pews import chart, pews_england
from harmfree.clinical.deterioration.pews_inputs import AGE_BANDS, EXPORTED
from harmfree.clinical.errors import RefusedError

NORMAL = {
    "age_band": "5-12y",
    "respiratory_rate": 22,
    "respiratory_distress": "none",
    "oxygen_saturation": 98,
    "oxygen_device": "air",
    "heart_rate": 100,
    "blood_pressure": 100,
    "capillary_refill": 2,
}
# Second transcription of the charts: smallest value of each band after the first, and points.
CHART = {
    "respiratory_rate": {
        "0-11m": "4 10=2 20=1 30=0 50=1 60=2 70=4",
        "1-4y": "4 10=2 20=0 40=1 50=2 60=4",
        "5-12y": "4 10=2 15=1 20=0 25=1 40=2 50=4",
        "13+y": "4 10=1 15=0 25=1 30=2 40=4",
    },
    "heart_rate": {
        "0-11m": "4 80=2 90=1 110=0 150=1 170=2 180=4",
        "1-4y": "4 60=2 70=1 90=0 140=1 150=2 170=4",
        "5-12y": "4 60=2 70=1 80=0 120=1 140=2 160=4",
        "13+y": "4 50=2 60=1 70=0 100=1 120=2 130=4",
    },
    "blood_pressure": {
        "0-11m": "4 50=2 60=1 70=0 90=1 100=2 110=4",
        "1-4y": "4 50=2 60=1 80=0 100=1 120=2 130=4",
        "5-12y": "4 70=2 80=1 90=0 110=1 120=2 130=4",
        "13+y": "4 80=2 90=1 100=0 120=1 130=2 140=4",
    },
    "oxygen_saturation": dict.fromkeys(AGE_BANDS, "4 92=1 95=0"),
    "capillary_refill": dict.fromkeys(AGE_BANDS, "0 3=2"),
}


def edges():
    """Yield each band's first value and the last whole number below it, from the transcription."""
    for name, by_age in CHART.items():
        for band, text in by_age.items():
            first, *rest = text.split()
            before = int(first)
            for cell in rest:
                low, points = (int(number) for number in cell.split("="))
                yield name, band, low - 1, before
                yield name, band, low, points
                yield name, band, low - 0.5, max(before, points)
                before = points


def points_of(row, name):
    parts = pews_england.run(row).components
    return next(part.points for part in parts if part.name == name)


@pytest.mark.parametrize(("name", "band", "value", "points"), edges())
def test_every_edge_of_every_age_band_and_the_value_between_takes_the_higher(
    name, band, value, points
):
    assert points_of(NORMAL | {"age_band": band, name: value}, name) == points


def test_the_data_has_the_same_edges_as_the_transcription():
    for parameter, scale, steps in chart().bands():
        if parameter.name in CHART:
            for band in AGE_BANDS if scale == "all" else [scale]:
                first, *rest = CHART[parameter.name][band].split()
                printed = [int(first), *(int(cell.split("=")[1]) for cell in rest)]
                assert steps.points == printed


@pytest.mark.parametrize(
    ("device", "delivery", "points"),
    [
        ("air", None, 0),
        ("NP", "0.01 L/min", 1),
        ("NP", {"value": 1.99, "unit": "L/min"}, 1),
        ("NP", "1.995 L/min", 2),
        ("NP", "2 L/min", 2),
        ("FM", "5.99 L/min", 2),
        ("FM", "6 l/min", 4),
        ("NRB", "25 L/min", 4),
        ("FM", "21%", 1),
        ("FM", "29 %", 1),
        ("FM", "29.5 %", 2),
        ("FM", "30 %", 2),
        ("HB", "49%", 2),
        ("HB", (50, "%"), 4),
        ("HF", None, 4),
        ("HF", "1 L/min", 4),
        ("BiP", None, 4),
        ("CPAP", None, 4),
        ("NP", None, None),
        (None, None, None),
    ],
)
def test_oxygen(device, delivery, points):
    row = NORMAL | {"oxygen_device": device, "oxygen_delivery": delivery}
    assert points_of(row, "oxygen") == points


@pytest.mark.parametrize(
    ("distress", "points"), [("none", 0), ("mild", 1), ("moderate", 2), ("Severe", 4)]
)
def test_respiratory_distress(distress, points):
    row = NORMAL | {"respiratory_distress": distress}
    assert points_of(row, "respiratory_distress") == points


class TestWhatOthersGotWrong:
    """Defects of the reference scorer; none may happen here."""

    def test_a_value_in_a_gap_scores(self):
        assert points_of(NORMAL | {"oxygen_saturation": 94.995}, "oxygen_saturation") == 1
        assert points_of(NORMAL | {"respiratory_rate": 9.995}, "respiratory_rate") == 4
        assert points_of(NORMAL | {"capillary_refill": 2.5}, "capillary_refill") == 2

    def test_prongs_without_a_flow_are_missing_and_not_zero(self):
        result = pews_england.run(NORMAL | {"oxygen_device": "NP"})
        assert (result.value, result.missing) == (None, ("oxygen_delivery",))
        assert (result.detail["minimum"], result.detail["maximum"]) == (0, 4)

    def test_an_unsuccessful_pressure_with_concern_scores_four(self):
        row = NORMAL | {"blood_pressure": None}
        skipped = {
            code: pews_england.run(row | {"blood_pressure_skipped": code}).value
            for code in ("NCO", "U0", "U4")
        }
        assert skipped == {"NCO": 0, "U0": 0, "U4": 4}

    def test_a_missing_observation_is_not_zero(self):
        for name in NORMAL.keys() - {"age_band", "oxygen_device"}:
            result = pews_england.run(NORMAL | {name: None})
            assert (result.value, result.missing) == (None, (name,))


@pytest.mark.parametrize(
    ("trigger", "level"),
    [
        ({"sepsis_suspicion": "sepsis"}, "medium"),
        ({"sepsis_suspicion": "septic-shock"}, "high"),
        ({"avpu": "V"}, "high"),
        ({"avpu": "P"}, "emergency"),
        ({"avpu": "U"}, "emergency"),
        ({"abnormal_pupil": True}, "emergency"),
        ({"concern_level": "low"}, "low"),
        ({"concern_level": "emergency"}, "emergency"),
        ({"avpu": "A"}, None),
        ({"avpu": "asleep"}, None),
        ({"carer_question": "W"}, None),
    ],
)
def test_triggers_set_the_level_whatever_the_score(trigger, level):
    result = pews_england.run(NORMAL | trigger)
    assert (result.value, result.detail["escalation"]) == (0, level)


@pytest.mark.parametrize(
    ("score", "level"),
    [(0, "none"), (1, "low"), (4, "low"), (5, "medium"), (8, "medium"), (9, "high")]
    + [(12, "high"), (13, "emergency"), (26, "emergency")],
)
def test_the_level_of_every_edge_of_the_score(score, level):
    assert chart().level(score).name == level


def test_a_high_score_is_not_lowered_by_a_low_trigger():
    sick = {"respiratory_rate": 55, "heart_rate": 165, "oxygen_saturation": 90}
    result = pews_england.run(NORMAL | sick | {"concern_level": "low"})
    assert (result.value, result.band) == (12, "high")


def test_temperature_and_the_carer_warn():
    hot = pews_england.run(NORMAL | {"temperature": 38})
    well = pews_england.run(NORMAL | {"temperature": 37.9})
    cool = pews_england.run(NORMAL | {"temperature": 36})
    cold = pews_england.run(NORMAL | {"temperature": 35.9})
    assert [len(result.warnings) for result in (hot, well, cool, cold)] == [1, 0, 0, 1]
    assert any(
        "worse" in text for text in pews_england.run(NORMAL | {"carerQuestion": "W"}).warnings
    )


@pytest.mark.parametrize(
    ("birth", "seen", "band"),
    [
        ("2026-11-23", "2026-11-23T01:00", "0-11m"),
        ("2025-11-23", "2026-11-22T23:59", "0-11m"),
        ("2025-11-23", "2026-11-23T00:00", "1-4y"),
        ("2020-02-29", "2021-02-28T12:00", "0-11m"),
        ("2020-02-29", "2021-03-01T00:00", "1-4y"),
        ("2021-11-24", "2026-11-23T09:00", "1-4y"),
        ("2021-11-23", "2026-11-23T09:00", "5-12y"),
        ("2013-11-24", "2026-11-23T09:00", "5-12y"),
        ("2013-11-23", "2026-11-23T09:00", "13+y"),
    ],
)
def test_the_chart_follows_the_birthday(birth, seen, band):
    row = NORMAL | {"age_band": None, "birth_date": birth, "observed_at": seen}
    assert pews_england.run(row).detail["age_band"] == band


def test_the_neighbouring_chart_may_be_chosen_but_no_other():
    row = NORMAL | {"birth_date": "2022-01-01", "observed_at": "2026-11-23T09:00"}
    assert any("1-4y" in text for text in pews_england.run(row).warnings)
    with pytest.raises(RefusedError, match="does not fit the date of birth"):
        pews_england.run(row | {"age_band": "13+y"})
    with pytest.raises(RefusedError, match="before the birth"):
        pews_england.run(row | {"birth_date": "2027-01-01"})


def test_without_an_age_only_what_does_not_need_it_is_scored():
    result = pews_england.run(NORMAL | {"age_band": None})
    assert (result.value, result.missing) == (None, ("age_band",))
    assert result.detail["fields"]["oxygenSaturation"] == 0
    assert result.detail["fields"]["heartRate"] is None
    assert (result.detail["minimum"], result.detail["maximum"]) == (0, 12)


def test_a_single_parameter_is_scored_alone():
    row = {"age_band": "0-11m", "parameter": "bloodPressureSystolic", "value": 55}
    result = pews_england.run(row)
    assert result.detail["fields"]["bloodPressure"] == result.detail["score"] == 2
    assert result.value is None
    with pytest.raises(RefusedError, match="given by itself too"):
        pews_england.run(row | {"sbp": 60})
    with pytest.raises(RefusedError, match="value: 0.97 is outside .* it looks like a fraction"):
        pews_england.run({"parameter": "oxygenSaturation", "value": 0.97})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"oxygen_device": "NP", "oxygen_delivery": "2"}, "not a unit of oxygen"),
        ({"oxygen_device": "NP", "oxygen_delivery": "10 %"}, "16 to 100 %"),
        ({"oxygen_device": "NP", "oxygen_delivery": {"unit": "%"}}, "the amount is missing"),
        ({"blood_pressure_skipped": "U4"}, "although a pressure was taken"),
        ({"temperature": 99}, "it looks like °F"),
        ({"oxygen_saturation": 0.97}, "it looks like a fraction"),
    ],
)
def test_what_is_refused(change, said):
    with pytest.raises(RefusedError, match=said):
        pews_england.run(NORMAL | change)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "age_band": st.sampled_from(list(AGE_BANDS)),
            "respiratory_rate": st.floats(0, 150),
            "oxygen_saturation": st.floats(30, 100),
            "oxygen_device": st.sampled_from(["air", "HF", "NP"]),
            "heart_rate": st.floats(0, 300),
            "blood_pressure": st.floats(0, 250),
            "capillary_refill": st.floats(0, 10),
        },
    )
)
@settings(max_examples=60)
def test_the_limits_hold_whatever_is_recorded_later(known):
    partial = pews_england.run(known)
    complete = pews_england.run(NORMAL | {"oxygen_delivery": "3 L/min"} | known)
    assert partial.detail["minimum"] <= complete.value <= partial.detail["maximum"]
    assert complete.value == sum(part.points for part in complete.components)


@pytest.mark.shared_data
def test_the_golden_cases(shared_data):
    golden = json.loads((shared_data / "deterioration" / "pews" / "npews_golden.json").read_text())
    exported = set(EXPORTED.values()) | {"bloodPressureSystolic"}
    for case in golden["single"]:
        assert case["parameter"] in exported
        name = case["parameter"].removesuffix("Systolic")
        assert pews_england.run(case).detail["fields"][name] == case["score"], case
    for case in golden["oxygen"]:
        assert pews_england.run(case).detail["fields"]["oxygen"] == case["score"], case
    for case in golden["sets"]:
        result = pews_england.run(case)
        assert (result.value, result.detail["fields"]) == (case["total"], case["fields"])
        assert result.detail["escalation"] == case["escalation"]
    for case in golden["age_bands"]:
        seen = {"dob": case["dob"], "timestamp": case["timestamp"]}
        assert pews_england.run(seen).detail["age_band"] == case["age_band"]
    assert len(golden["single"]) == 156
