"""Every kind of result draws itself, wide and narrow, with its numbers and its sentence."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harmfree.errors import InputError
from harmfree.improvement.evaluation import its, power, time_to_action
from harmfree.improvement.evaluation.segmented import Series, Shape
from harmfree.improvement.method_evaluation import (
    accuracy,
    agreement,
    decision_curve,
    quality_assessment,
    reclassification,
    roc,
    westgard,
)
from harmfree.improvement.picture import picture
from harmfree.improvement.result import Estimate, Result, plain_values, say, say_p

GENERATOR = np.random.default_rng(1)
TRUTH = (GENERATOR.random(60) < 0.4).astype(float)
RISK = 1 / (1 + np.exp(-TRUTH - GENERATOR.normal(size=60)))
OLD = 1 / (1 + np.exp(-GENERATOR.normal(size=60)))


def series() -> Series:
    time = np.arange(24.0)
    y = 10 + GENERATOR.normal(size=24) - 3 * (time >= 12)
    return Series(y, time, None, [f"month {t:g}" for t in time], "Falls")


def control() -> Series:
    return Series(10 + GENERATOR.normal(size=24), np.arange(24.0))


RESULTS = {
    "its": lambda: its.evaluate(series(), Shape(12, phase_in=(12, 13))),
    "controlled": lambda: its.evaluate_controlled(series(), control(), Shape(12)),
    "time to action": lambda: time_to_action.evaluate(
        time_to_action.Waits(GENERATOR.exponential(9, 30), np.ones(30, bool), ("a", "b") * 15)
    ),
    "accuracy": lambda: accuracy.evaluate(accuracy.Counts(9, 2, 3, 11)),
    "agreement": lambda: agreement.evaluate(agreement.Methods(RISK, RISK + OLD / 9)),
    "roc": lambda: roc.evaluate(RISK, TRUTH),
    "decision curve": lambda: decision_curve.evaluate({"old": OLD, "new": RISK}, TRUTH),
    "reclassification": lambda: reclassification.evaluate(OLD, RISK, TRUTH),
    "westgard": lambda: westgard.evaluate(westgard.Controls(np.array([0.5, 3.5, -1.0]))),
    "rounds": lambda: quality_assessment.evaluate(
        quality_assessment.Round(np.array([12.0, 13]), *(np.full(2, v) for v in (10.0, 1, 1, 1)))
    ),
}


@pytest.mark.parametrize("name", RESULTS)
def test_each_draws(name):
    result = RESULTS[name]()
    drawn = picture(result)
    assert drawn.sentence == result.sentence
    for svg in (drawn.svg(), drawn.svg_narrow()):
        assert svg.startswith("<svg") and "style=" not in svg and "nan" not in svg
    assert len(drawn.table.rows) >= 2
    assert all(len(row) == len(drawn.table.columns) for row in drawn.table.rows)
    assert any("Estimator" in note for note in drawn.notes)


def test_control_and_left_out_points_are_in_the_table():
    parts = {row[0] for row in picture(RESULTS["its"]()).table.rows}
    assert {"series", "left out"} <= parts
    parts = {row[0] for row in picture(RESULTS["controlled"]()).table.rows}
    assert "control" in parts


def test_power_has_no_picture():
    with pytest.raises(InputError, match="no picture"):
        picture(power.before_after((0.1, 0.2), 100))


def test_plain_values_hold_no_nan():
    result = Result(
        method="m",
        estimator="e",
        n=1,
        estimates={"a": Estimate(math.nan, note="not estimable")},
        sentence="s",
        details={"x": np.array([1.0, math.inf]), "y": (np.int64(2), None, True)},
    )
    plain = result.as_dict()
    assert plain["estimates"]["a"] == {
        "estimate": None,
        "lower": None,
        "upper": None,
        "note": "not estimable",
    }
    assert plain["x"] == [1.0, None] and plain["y"] == [2, None, True]
    assert plain_values({1: "a"}) == {"1": "a"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.12345, "0.123"), (1.0054, "1.005"), (123.45, "123.5"), (12345, "12,345"),
     (math.nan, "not estimable")],
)  # fmt: skip
def test_numbers_for_readers(value, text):
    assert say(value) == text


def test_p_values_are_never_zero():
    assert say_p(0.0004) == "p < 0.001" and say_p(0.0123) == "p = 0.012"
