"""NEWS2: the whole chart from both sides, incomplete sets, peers' errors, the array twin."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical.deterioration.news2 import News2Inputs, chart, components, news2
from harmfree.clinical.deterioration.news2_array import BANDS, news2_array
from harmfree.clinical.errors import RefusedError

NORMAL = {
    "respiration": 16,
    "spo2": 97,
    "scale": "1",
    "oxygen": False,
    "systolic": 120,
    "pulse": 70,
    "consciousness": "A",
    "temperature": 37.0,
}
# A second transcription of the chart, to catch a slip in the data file: value -> points.
CHART = """
respiration 8=3 9=1 11=1 12=0 20=0 21=2 24=2 25=3
spo2/scale_1 91=3 92=2 93=2 94=1 95=1 96=0 100=0
spo2/scale_2,_on_air 83=3 84=2 85=2 86=1 87=1 88=0 92=0 93=0 97=0 100=0
spo2/scale_2,_on_oxygen 83=3 84=2 85=2 86=1 87=1 88=0 92=0 93=1 94=1 95=2 96=2 97=3
systolic 90=3 91=2 100=2 101=1 110=1 111=0 219=0 220=3
pulse 40=3 41=1 50=1 51=0 90=0 91=1 110=1 111=2 130=2 131=3
temperature 35.0=3 35.1=1 36.0=1 36.1=0 38.0=0 38.1=1 39.0=1 39.1=2
"""


def printed():
    for line in CHART.split("\n")[1:-1]:
        name, *cells = line.split()
        parameter, _, scale = name.partition("/")
        for cell in cells:
            value, points = cell.split("=")
            yield parameter, scale.replace("_", " ") or "all", float(value), int(points)


def row_for(parameter, scale, value):
    changed = {parameter: value}
    if scale.startswith("scale 2"):
        changed |= {"scale": "2", "oxygen": scale.endswith("oxygen")}
    return NORMAL | changed


def points_of(row, parameter):
    parts = components(news2.read(row))
    return next(part.points for part in parts if part.name == parameter)


@pytest.mark.parametrize(("parameter", "scale", "value", "points"), printed())
def test_the_chart_as_printed(parameter, scale, value, points):
    assert points_of(row_for(parameter, scale, value), parameter) == points


def edges():
    """Yield each edge of each band in the data with the value just inside it on either side."""
    for parameter, scale, steps in chart().bands():
        for below, over in zip(steps.bands, steps.bands[1:], strict=False):
            yield parameter.name, scale, below.high, below.points
            yield parameter.name, scale, over.low, over.points
            half = parameter.step / 2
            yield parameter.name, scale, round(below.high + half - 0.001, 4), below.points
            yield parameter.name, scale, round(below.high + half, 4), over.points


@pytest.mark.parametrize(("parameter", "scale", "value", "points"), edges())
def test_every_edge_from_both_sides_and_values_between_are_rounded_half_up(
    parameter, scale, value, points
):
    assert points_of(row_for(parameter, scale, value), parameter) == points


def test_every_edge_on_arrays():
    for parameter, scale, steps in chart().bands():
        cases = [edge for edge in edges() if edge[:2] == (parameter.name, scale)]
        values = np.array([value for _, _, value, _ in cases])
        assert list(steps.score_array(values)) == [points for *_, points in cases]


@pytest.mark.parametrize("level", "ACVPU")
def test_every_level_of_consciousness(level):
    result = news2.run(NORMAL | {"consciousness": level})
    assert (result.value, result.band) == ((0, "low") if level == "A" else (3, "low-medium"))


@pytest.mark.parametrize(
    ("change", "total", "band", "minutes"),
    [
        ({}, 0, "low", 720),
        ({"temperature": 38.1}, 1, "low", 240),
        ({"respiration": 21, "temperature": 38.1, "pulse": 91}, 4, "low", 240),
        ({"respiration": 25}, 3, "low-medium", 60),
        ({"respiration": 25, "temperature": 38.1}, 4, "low-medium", 60),
        ({"respiration": 25, "temperature": 39.1}, 5, "medium", 60),
        ({"respiration": 25, "temperature": 39.1, "pulse": 91}, 6, "medium", 60),
        ({"respiration": 25, "temperature": 39.1, "pulse": 111}, 7, "high", 0),
    ],
)
def test_bands_and_the_time_to_the_next_set(change, total, band, minutes):
    result = news2.run(NORMAL | change)
    assert (result.value, result.band) == (total, band)
    assert result.detail["repeat_within_minutes"] == minutes
    assert result.advice


def test_the_worked_examples_of_the_reference():
    sick = {
        "respiration": 21, "spo2": 94, "oxygen": True, "temperature": 38.1, "systolic": 101,
        "pulse": 91,
    }  # fmt: skip
    assert news2.run(NORMAL | sick).value == 8
    second = NORMAL | {"scale": "2", "spo2": 97}
    assert news2.run(second).value == 0
    assert news2.run(second | {"oxygen": True}).value == 5


class TestWhatOthersGotWrong:
    """Errors found in open implementations; none may happen here."""

    @pytest.mark.parametrize(
        ("change", "total"),
        [
            ({"respiration": 8}, 3),
            ({"respiration": 0}, 3),
            ({"pulse": 0}, 3),
            ({"pulse": 105}, 1),
            ({"systolic": 90}, 3),
            ({"systolic": 220}, 3),
            ({"temperature": 38.5}, 1),
            ({"consciousness": "C"}, 3),
        ],
    )
    def test_low_values_zero_and_new_confusion_score(self, change, total):
        assert news2.run(NORMAL | change).value == total

    def test_scale_2_on_air_is_not_the_oxygen_column(self):
        result = news2.run(NORMAL | {"scale": 2, "spo2": 97, "oxygen": "air"})
        assert (result.value, result.band) == (0, "low")

    @pytest.mark.parametrize("total", [3, 4])
    def test_three_and_four_without_a_red_are_low(self, total):
        change = {"respiration": 21, "pulse": 91} | ({"temperature": 38.1} if total == 4 else {})
        assert (news2.run(NORMAL | change).value, news2.run(NORMAL | change).band) == (total, "low")

    def test_a_single_three_is_not_high(self):
        assert news2.run(NORMAL | {"respiration": 25}).band == "low-medium"

    @pytest.mark.parametrize(("value", "points"), [(35.05, 1), (38.05, 1), (38.04, 0), (35.04, 3)])
    def test_between_two_printed_temperatures(self, value, points):
        assert news2.run(NORMAL | {"temperature": value}).value == points

    @pytest.mark.parametrize("name", ["respiration", "systolic", "pulse", "temperature", "spo2"])
    def test_a_missing_observation_is_not_zero(self, name):
        result = news2.run(NORMAL | {name: None})
        assert result.value is None
        assert result.missing == (name,)


def test_an_incomplete_set_gives_limits_and_still_shows_a_red_observation():
    result = news2.run({"respiration": 25, "spo2": 96})
    assert result.value is None
    assert (result.detail["minimum"], result.detail["maximum"]) == (3, 3 + 2 + 3 + 3 + 3 + 3)
    assert result.missing == ("oxygen", "systolic", "pulse", "consciousness", "temperature")
    assert any("Respiratory rate" in warning for warning in result.warnings)


def test_an_incomplete_set_advises_as_soon_as_anything_scores():
    assert news2.run({"pulse": 91}).advice
    assert news2.run({"pulse": 90}).advice == ()


def test_sixteen_is_old_enough():
    assert news2.run(NORMAL | {"age": 16}).value == 0


def test_asleep_is_not_alert():
    result = news2.run(NORMAL | {"consciousness": "asleep"})
    assert (result.value, result.missing) == (None, ("consciousness",))


def test_scale_2_without_air_or_oxygen_is_settled_only_where_the_columns_agree():
    scale_2 = NORMAL | {"scale": "2", "oxygen": None}
    assert points_of(scale_2 | {"spo2": 90}, "spo2") == 0
    assert points_of(scale_2 | {"spo2": 95}, "spo2") is None
    assert news2.run(scale_2 | {"spo2": 95}).detail["maximum"] == 4


def test_scale_2_asks_who_prescribed_it():
    unsaid = news2.run(NORMAL | {"scale": "2"})
    said = news2.run(NORMAL | {"scale": "2", "scale_2_prescribed": "2026-11-01"})
    assert any("hypercapnic" in warning for warning in unsaid.warnings)
    assert not any("hypercapnic" in warning for warning in said.warnings)


def test_concern_escalates_at_every_score_and_the_usual_score_never_lowers_it():
    result = news2.run(NORMAL | {"concern": "yes", "usual": 4, "pulse": 91})
    assert result.value == 1
    assert result.advice[0].startswith("Someone is worried")
    assert result.detail["change_from_usual"] == -3


def test_the_next_set_is_due_an_interval_after_the_observation():
    result = news2.run(NORMAL | {"pulse": 91, "observed_at": "2026-11-23T22:30"})
    assert result.detail["next_due"] == datetime(2026, 11, 24, 2, 30)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"age": 15}, "not for people under 16"),
        ({"pregnant": "yes"}, "not for pregnancy"),
        ({"temperature": 98.6}, "it looks like °F"),
        ({"spo2": 0.97}, "it looks like a fraction"),
        ({"systolic": 16}, "it looks like kPa"),
        ({"respiration": 300}, "0 to 120 /min"),
        ({"spo2": 101}, "30 to 100"),
        ({"scale": 3}, "1, 2"),
        ({"consciousness": "sleepy"}, "A, C, V, P, U"),
    ],
)
def test_what_is_refused(change, said):
    with pytest.raises(RefusedError, match=said):
        news2.run(NORMAL | change)


sets = st.fixed_dictionaries(
    {
        "respiration": st.one_of(st.none(), st.floats(0, 120)),
        "spo2": st.one_of(st.none(), st.floats(30, 100)),
        "scale": st.sampled_from("12"),
        "oxygen": st.one_of(st.none(), st.booleans()),
        "systolic": st.one_of(st.none(), st.floats(20, 300)),
        "pulse": st.one_of(st.none(), st.floats(0, 300)),
        "consciousness": st.one_of(st.none(), st.sampled_from("ACVPU")),
        "temperature": st.one_of(st.none(), st.floats(25, 45)),
    }
)


def arrays(rows):
    def column(name):
        return np.array([np.nan if row[name] is None else float(row[name]) for row in rows])

    alert = [
        np.nan if row["consciousness"] is None else row["consciousness"] == "A" for row in rows
    ]
    return {
        **{
            name: column(name)
            for name in ("respiration", "spo2", "oxygen", "systolic", "pulse", "temperature")
        },
        "alert": np.array(alert, dtype=float),
        "scale_2": np.array([row["scale"] == "2" for row in rows]),
    }


@given(st.lists(sets, min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_the_arrays_equal_the_function(rows):
    scored = news2_array(**arrays(rows))
    for place, row in enumerate(rows):
        one = news2(News2Inputs(**row))
        total = scored.total[place]
        assert (None if np.isnan(total) else int(total)) == one.value
        assert scored.minimum[place] == one.detail["minimum"]
        assert scored.maximum[place] == one.detail["maximum"]
        assert scored.any_three[place] == one.detail["any_three"]
        assert BANDS[scored.band[place]] == one.band


@given(sets)
@settings(max_examples=80)
def test_the_total_is_the_sum_of_its_components_and_order_changes_nothing(row):
    one = news2.run(row)
    back = news2.run(dict(reversed(row.items())))
    assert one == back
    known = sum(part.points for part in one.components if part.points is not None)
    assert one.detail["minimum"] == known
    assert one.value in (None, known)


@given(sets, st.floats(20, 119), st.floats(0, 100))
@settings(max_examples=80)
def test_faster_breathing_above_20_never_scores_less(row, rate, more):
    slow = news2.run(row | {"respiration": rate})
    fast = news2.run(row | {"respiration": min(120.0, rate + more)})
    assert fast.detail["minimum"] >= slow.detail["minimum"]


@pytest.mark.shared_data
def test_the_golden_cases(shared_data):
    path = shared_data / "deterioration" / "news2" / "news2_vectors.json"
    cases = json.loads(path.read_text())["cases"]
    for case in cases:
        result = news2.run(case)
        assert (result.value, result.band) == (case["total"], case["band"]), case
        assert result.detail["parts"] == case["parts"], case
        assert result.detail["any_three"] == case["any_three"], case
    assert len(cases) == 237
