"""Strokes avoided by anticoagulation: the collaboratives' formula and a risk-weighted one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source
from harmfree.clinical.series import Counts

# Friberg L et al., Eur Heart J 2012;33:1500-10: ischaemic stroke, % a year without
# anticoagulant, by CHA2DS2-VASc 0 to 9. The value for 0 is from memory.
YEARLY_STROKE_PERCENT = (0.2, 0.6, 2.2, 3.2, 4.8, 7.2, 9.7, 11.2, 10.8, 12.2)
PEOPLE = Measure(label="People", low=0, high=10_000_000)


class StrokesInputs(Inputs):
    """People treated or not, with the assumptions."""

    extra_treated: Annotated[
        float | None, Measure(label="Extra people anticoagulated", low=0, high=10_000_000)
    ] = None
    untreated_by_score: Annotated[
        dict[str, float] | None,
        Counts(
            label="Untreated people by CHA2DS2-VASc",
            help="For the risk-weighted estimate, such as 4=10; 6=5",
            value=PEOPLE,
        ),
    ] = None
    number_needed: Annotated[
        float,
        Measure(label="People treated for a year to avoid one stroke", low=5, high=500),
    ] = 25
    fatal_share: Annotated[
        float, Measure(label="Share of strokes that kill", low=0, high=1, quantity="fraction")
    ] = 0.25
    cost_per_stroke: Annotated[
        float, Measure(label="Cost of one stroke", unit="£", low=0, high=500_000)
    ] = 22_192
    relative_reduction: Annotated[
        float,
        Measure(label="Relative risk reduction", low=0, high=1, quantity="fraction"),
    ] = 0.65

    def conflicts(self) -> Iterable[Problem]:
        """Scores are 0 to 9."""
        known = {str(score) for score in range(len(YEARLY_STROKE_PERCENT))}
        for score in sorted(set(self.untreated_by_score or {}) - known):
            yield Problem(f"{score!r} is not a score from 0 to 9", "untreated_by_score")


@tool(
    Card(
        name="strokes_avoided",
        title="Strokes avoided in a year",
        topic="atrial fibrillation",
        version="2020.1",
        unit="strokes",
        source=(
            Source("West Midlands AHSN 2020 and AHSN Network 2018/19, press figures", "R",
                   "one stroke avoided per 25 treated, a quarter of strokes fatal"),
            Source("National device roll-out 2018, press figures", "R",
                   "about £22,192 a stroke (published range about £22,000 to £24,000)"),
            Source("Friberg L et al., Eur Heart J 2012;33:1500-10", "V",
                   "yearly risk by score 1 to 9"),
            Source("Friberg L et al., as before", "M", "yearly risk at score 0"),
        ),
        population="Groups of people with atrial fibrillation, not single persons",
        use="An estimate for planning and reporting; every assumption is an input.",
        limits=(
            "The simple formula ignores who was treated; the weighted one does not.",
            "Not all people found are at high risk and treated: about 1 stroke per 36 found.",
            "Press figures are rounded; the money is derived from totals.",
        ),
        formula="Simple: extra people / number needed. Weighted: sum of people x yearly risk at "
        "their score x relative risk reduction. Lives saved: strokes x share fatal.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=Example({"extra_treated": 11468}, 458.72, "Published: 459 strokes, 115 lives."),
    )
)  # fmt: skip
def strokes_avoided(given: StrokesInputs) -> Outcome:
    """Estimate strokes avoided; the weighted estimate is the value when scores are given."""
    if given.extra_treated is None and given.untreated_by_score is None:
        return Outcome(None, missing=("extra_treated", "untreated_by_score"))
    simple = None if given.extra_treated is None else given.extra_treated / given.number_needed
    parts, expected = _weighted(given)
    value = expected * given.relative_reduction if parts else simple or 0.0
    detail = {
        "method": "risk-weighted" if parts else "simple",
        "simple": simple,
        "expected_without_treatment": expected if parts else None,
        "lives_saved": value * given.fatal_share,
        "saving_pounds": value * given.cost_per_stroke,
    }
    if not parts:
        why = f"divided by {given.number_needed:g}"
        parts = (Component("extra_treated", "Extra people", given.extra_treated, value, why),)
    return Outcome(value, parts, detail=detail)


def _weighted(given: StrokesInputs) -> tuple[tuple[Component, ...], float]:
    parts, expected = [], 0.0
    for score, people in sorted((given.untreated_by_score or {}).items()):
        risk = YEARLY_STROKE_PERCENT[int(score)]
        expected += people * risk / 100
        avoided = people * risk / 100 * given.relative_reduction
        parts.append(Component(score, f"Score {score}", people, avoided, f"{risk:g}% a year"))
    return tuple(parts), expected
