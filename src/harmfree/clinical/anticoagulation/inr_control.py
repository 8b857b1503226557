"""Poor control of warfarin as NICE NG196 defines it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from harmfree.clinical.anticoagulation.ttr import GOOD_FROM, INR, LONGEST_DAYS, merged, rosendaal
from harmfree.clinical.calendar import months_before
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Day
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source
from harmfree.clinical.series import DatedValues, Series

WINDOW_MONTHS = 6
FIRST_WEEKS_LEFT_OUT = 6


@dataclass(frozen=True)
class Thresholds:
    """Where an INR counts as too high or too low.

    Args:
        high: two above it are poor control.
        very_high: one above it is poor control.
        low: two below it are poor control.
        included: whether the thresholds themselves count.
    """

    high: float
    very_high: float
    low: float
    included: bool

    def too_high(self, inr: float, threshold: float) -> bool:
        """Compare with an upper threshold."""
        return inr >= threshold if self.included else inr > threshold

    def too_low(self, inr: float) -> bool:
        """Compare with the lower threshold."""
        return inr <= self.low if self.included else inr < self.low


RULES = {
    "nice": Thresholds(5.0, 8.0, 1.5, included=False),
    "swords": Thresholds(5.0, 8.0, 1.5, included=True),
}


class InrControlInputs(Inputs):
    """INR tests of one person up to a day."""

    inrs: Annotated[
        Series | None,
        DatedValues(
            label="INR tests",
            help="With dates; more than six months when there are",
            value=INR,
            value_names=("inr",),
            aliases=("inr", "tests"),
        ),
    ] = None
    on: Annotated[
        date | None,
        Day(label="Reference day", help="The six months end here", aliases=("reference_date",)),
    ] = None
    started: Annotated[
        date | None,
        Day(label="Treatment started", help="The first six weeks are left out of time in range"),
    ] = None
    rule: Annotated[
        str,
        Choice(
            label="Rule",
            options={"nice": "thresholds do not count", "swords": "thresholds count"},
        ),
    ] = "nice"

    def conflicts(self) -> Iterable[Problem]:
        """Six calendar months need dates."""
        if self.inrs is not None and self.inrs.days and not self.inrs.dated:
            yield Problem("the tests need dates, not day numbers", "inrs")


@tool(
    Card(
        name="inr_control",
        title="Poor control of warfarin",
        topic="atrial fibrillation",
        version="NG196-2021.1",
        source=(
            Source("NICE NG196 (2021), section on poor control", "V", "the three rules"),
            Source(
                "NICE NG196 (2021), as before",
                "M",
                "first six weeks left out, and six months of maintenance for time in range",
            ),
            Source("SWORDS, Welsh SAIL study", "V", "the variant in which thresholds count"),
        ),
        population="People on warfarin for atrial fibrillation",
        use="Finds people whose control needs a look at its cause, or another medicine.",
        limits=(
            "Two tests on one day count as one day.",
            "The three rules are reported apart: time in range alone misses many.",
            "Interruptions for surgery are not known unless tests show them.",
        ),
        formula="In the six calendar months up to the day: INR above 5 on two days or above 8 on "
        "one; or below 1.5 on two days; or time in range below 65%.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "inrs": "2026-01-05:2.4 2026-02-02:5.1 2026-02-10:2.2 2026-03-10:5.2 2026-03-20:2",
                "on": "2026-04-01",
            },
            "poor",
            "Above 5 on two days.",
        ),
    )
)
def inr_control(given: InrControlInputs) -> Outcome:
    """Judge the last six months by the three rules."""
    if given.inrs is None or given.on is None:
        return Outcome(None, missing=given.absent("inrs", "on"))
    start = months_before(given.on, WINDOW_MONTHS)
    rule = RULES[given.rule]
    tests = _in_window(given.inrs, start, given.on)
    high = {day for day, inr in tests if rule.too_high(inr, rule.high)}
    very_high = {day for day, inr in tests if rule.too_high(inr, rule.very_high)}
    low = {day for day, inr in tests if rule.too_low(inr)}
    percent, note = _time_in_range(given, given.inrs, start)
    parts = (
        _rule("high", "INR above 5", len(high), len(high) >= 2, "on two days or more"),
        _rule("very_high", "INR above 8", len(very_high), bool(very_high), "on one day or more"),
        _rule("low", "INR below 1.5", len(low), len(low) >= 2, "on two days or more"),
        _rule(
            "ttr",
            "Time in range",
            percent,
            None if percent is None else percent < GOOD_FROM,
            f"below {GOOD_FROM:g}%",
        ),
    )
    return _conclude(parts, percent, tests, note)


def _in_window(series: Series, start: date, end: date) -> list[tuple[int, float]]:
    pairs = zip(series.days, series.values, strict=True)
    return [(day, inr) for day, inr in pairs if start.toordinal() <= day <= end.toordinal()]


def _time_in_range(
    given: InrControlInputs, series: Series, start: date
) -> tuple[float | None, str]:
    """Return time in range over the window in percent, and what must be said about it."""
    assert given.on is not None  # noqa: S101  (checked by the caller)
    note = "Start of treatment not recorded: the first six weeks may be in the time in range."
    if given.started is not None:
        settled = given.started + timedelta(weeks=FIRST_WEEKS_LEFT_OUT)
        note = ""
        if settled > start:
            start = settled
            note = "Under six months of maintenance treatment: time in range is provisional."
    days, inrs, _ = merged(series)
    found = rosendaal(
        days, inrs, longest=LONGEST_DAYS, since=start.toordinal(), until=given.on.toordinal()
    )
    return (None if found.ttr is None else 100 * found.ttr), note


def _rule(name: str, label: str, given: float | None, met: bool | None, why: str) -> Component:
    shown = round(given, 1) if isinstance(given, float) else given
    return Component(name, label, shown, None if met is None else int(met), why, 1)


def _conclude(
    parts: tuple[Component, ...], percent: float | None, tests: list[tuple[int, float]], note: str
) -> Outcome:
    detail = {
        "markers": [part.name for part in parts if part.points],
        "ttr": percent,
        "tests_in_window": len(tests),
    }
    said = (note,) if note else ()
    if detail["markers"]:
        advice = (
            "Look for the cause: adherence, illness, interacting medicines, diet, alcohol, memory.",
            "If it cannot be put right, discuss another anticoagulant.",
        )
        return Outcome("poor", parts, "poor", advice, (), said, detail)
    if percent is None:
        said = (*said, "Too few tests to compute time in range.")
        return Outcome(None, parts, missing=("inrs",), warnings=said, detail=detail)
    return Outcome("acceptable", parts, "acceptable", (), (), said, detail)
