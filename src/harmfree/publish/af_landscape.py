"""The landscape of atrial fibrillation: the gaps of every place, and the strokes behind them.

Counts come from the last index date of the live run; the list by age and sex is that of the same
day. Every assumption is an argument and comes back with the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from harmfree.clinical.anticoagulation.strokes import StrokesInputs, strokes_avoided
from harmfree.errors import InputError, NotFoundError
from harmfree.programmes.atrial_fibrillation.tables import Rate, Target, prevalence, targets
from harmfree.publish.af_areas import areas
from harmfree.publish.af_expected import detection_gap, expected, list_counts
from harmfree.publish.cube import Cube, cube
from harmfree.publish.places import Place
from harmfree.publish.reading import LiveRun

SCORES = range(2, 10)


def _default(name: str) -> float:
    return float(StrokesInputs.model_fields[name].default)


@dataclass(frozen=True)
class Assumptions:
    """What the estimates rest on; edit any of them.

    Attributes:
        number_needed: people anticoagulated for a year to avoid one stroke (simple estimate).
        relative_reduction: share of strokes that anticoagulation avoids (risk-weighted estimate).
        fatal_share: share of strokes that kill. cost_per_stroke: pounds.
        detection_target, protection_target: per cent (`targets()` has the published ones).
        rates: which table of prevalence rates. rates_factor: what each rate is multiplied by, so
            that a local or national estimate can be met.
    """

    number_needed: float = _default("number_needed")
    relative_reduction: float = _default("relative_reduction")
    fatal_share: float = _default("fatal_share")
    cost_per_stroke: float = _default("cost_per_stroke")
    detection_target: float = 85
    protection_target: float = 90
    rates: str = "atria_2001"
    rates_factor: float = 1.0

    def changed(self, values: Mapping[str, str]) -> Assumptions:
        """These with some values replaced, given as text.

        Raises:
            InputError: no such assumption, or a value that is no number or no percentage.
        """
        known = {each.name for each in fields(self)}
        for name in values:
            if name not in known:
                raise InputError(
                    f"There is no assumption '{name}'.", do=f"One of: {', '.join(sorted(known))}."
                )
        numbers = {name: _number(name, text) for name, text in values.items() if name != "rates"}
        changed: dict[str, Any] = {"rates": values.get("rates", self.rates), **numbers}
        return replace(self, **changed)


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError as problem:
        raise InputError(f"{name} must be a number, not '{value}'.") from problem
    if not math.isfinite(number) or number < 0 or (name.endswith("_target") and number > 100):
        raise InputError(
            f"{name} cannot be {value}.",
            do="Targets are percentages, 0 to 100; nothing is negative.",
        )
    return number


@dataclass(frozen=True)
class Strokes:
    """Strokes in a year among those at risk and not anticoagulated.

    Attributes:
        expected: by the score of each (risk-weighted); people without a recorded score left out.
        without_score: how many those are.
        avoidable: of the expected, if all were anticoagulated.
        avoidable_simple: all of them over the number needed (the collaboratives' formula).
        to_target_simple: the same for those that the protection target still asks for.
        lives, saving_pounds: of `avoidable`.
    """

    expected: float
    without_score: int
    avoidable: float
    avoidable_simple: float
    to_target_simple: float
    lives: float
    saving_pounds: float


@dataclass(frozen=True)
class AfPlace:
    """One place. Counts are people; percentages are None where nobody is in the denominator.

    Attributes:
        id, name, kind: the place.
        people: on its list. without_rate: of them, those whom no rate fits (sex or birth).
        register: on the register. expected, detection_gap, detection_ratio: see `af_expected`.
        to_detection_target: people still to be found.
        not_assessed, eligible, anticoagulated, untreated: see the indicators.
        protected_percent: anticoagulated of eligible. to_protection_target: still to be treated.
        contraindicated, declined, antiplatelet, nothing: the untreated by reason.
        on_warfarin, poor_control, inr_high, inr_low, ttr_low: control of warfarin.
        on_doac, wrong_dose, over_dosed, under_dosed, barred, cannot_assess: doses of DOACs.
        strokes: the estimates.
    """

    id: str
    name: str
    kind: str
    people: int
    without_rate: int
    register: int
    expected: float
    detection_gap: float
    detection_ratio: float | None
    to_detection_target: int
    not_assessed: int
    eligible: int
    anticoagulated: int
    protected_percent: float | None
    to_protection_target: int
    untreated: int
    contraindicated: int
    declined: int
    antiplatelet: int
    nothing: int
    on_warfarin: int
    poor_control: int
    inr_high: int
    inr_low: int
    ttr_low: int
    on_doac: int
    wrong_dose: int
    over_dosed: int
    under_dosed: int
    barred: int
    cannot_assess: int
    strokes: Strokes


@dataclass(frozen=True)
class Landscape:
    """Every place of a level.

    Attributes:
        on: the day of the counts. assumptions: what the estimates rest on.
        rows: one for each place that has people, by id.
        targets: the published targets, with tags. notes: what a reader must be told.
    """

    on: date
    assumptions: Assumptions
    rows: tuple[AfPlace, ...]
    targets: tuple[Target, ...]
    notes: tuple[str, ...]


NUMERATORS = {
    "register": "af001",
    "not_assessed": "af_risk_not_assessed",
    "untreated": "af_not_anticoagulated",
    "contraindicated": "af_untreated_contraindicated",
    "declined": "af_untreated_declined",
    "antiplatelet": "af_untreated_antiplatelet",
    "nothing": "af_untreated_nothing",
    "poor_control": "af_warfarin_poor_control",
    "inr_high": "af_inr_high",
    "inr_low": "af_inr_low",
    "ttr_low": "af_ttr_low",
    "wrong_dose": "af_doac_wrong_dose",
    "over_dosed": "af_doac_over_dosed",
    "under_dosed": "af_doac_under_dosed",
    "barred": "af_doac_contraindicated",
    "cannot_assess": "af_doac_cannot_assess",
}
DENOMINATORS = {
    "people": "af001",
    "eligible": "af_not_anticoagulated",
    "on_warfarin": "af_warfarin_poor_control",
    "on_doac": "af_doac_cannot_assess",
}


def landscape(
    run: LiveRun,
    by: str = "practice",
    assumptions: Assumptions | None = None,
    rates: Path | None = None,
) -> Landscape:
    """The landscape of every place of a level.

    Args:
        run: the live run; it must hold this programme.
        by: one of `af_areas.LEVELS`.
        assumptions: what the estimates rest on; None for the defaults.
        rates: a file of prevalence rates in place of the shipped one.

    Raises:
        NotFoundError: the run does not hold the programme, or these records have no such level.
        InputError: no table of rates of that name. RefusedError: an impossible assumption.
    """
    assumed = assumptions or Assumptions()
    chosen = tuple(each for each in prevalence(rates) if each.rates == assumed.rates)
    if not chosen:
        raise InputError(f"There is no table of rates '{assumed.rates}'.")
    counts = latest_counts(run)
    listed = list_counts(run, counts.on)
    people = assumed.rates_factor * expected(listed, chosen)
    rows = [
        _row(at, counts, float(people[at.number]), int(listed[at.number, 2].sum()), assumed)
        for at in areas(run, by).places
        if counts.denominator("af001", at.number)
    ]
    whole = sum(row.expected for row in rows), sum(row.people for row in rows)
    notes = _notes(chosen, assumed, *whole)
    return Landscape(counts.on, assumed, tuple(rows), targets(), notes)


@dataclass(frozen=True)
class LatestCounts:
    """The run's counts on its last index date, by indicator and place."""

    on: date
    whole: Cube

    def numerator(self, indicator: str, place: int) -> int:
        """People who have it."""
        return int(self.whole.numerator[place, self.whole.indicators.index(indicator), -1])

    def denominator(self, indicator: str, place: int) -> int:
        """People looked at."""
        return int(self.whole.denominator[place, self.whole.indicators.index(indicator), -1])


def latest_counts(run: LiveRun) -> LatestCounts:
    """The counts; NotFoundError when the run does not hold this programme."""
    missing = {*NUMERATORS.values(), *DENOMINATORS.values()} - set(run.info.indicators)
    if missing:
        raise NotFoundError(
            "The last run did not compute atrial fibrillation.",
            where=f"missing: {', '.join(sorted(missing)[:3])} ...",
            do="Run `harmfree run --programme atrial_fibrillation`, or `harmfree run` for all.",
        )
    whole = cube(run)
    return LatestCounts(whole.dates[-1], whole)


def _row(
    at: Place,
    counts: LatestCounts,
    expected_people: float,
    without_rate: int,
    assumed: Assumptions,
) -> AfPlace:
    place = at.number
    held = {name: counts.numerator(each, place) for name, each in NUMERATORS.items()}
    held |= {name: counts.denominator(each, place) for name, each in DENOMINATORS.items()}
    gap, ratio = detection_gap(expected_people, held["register"])
    eligible, untreated = held["eligible"], held["untreated"]
    to_find = _short_of(assumed.detection_target, expected_people, held["register"])
    to_treat = _short_of(assumed.protection_target, eligible, eligible - untreated)
    by_score = {s: counts.numerator(f"af_untreated_score_{s}", place) for s in SCORES}
    return AfPlace(
        id=at.id,
        name=at.name,
        kind=at.kind,
        without_rate=without_rate,
        expected=expected_people,
        detection_gap=gap,
        detection_ratio=ratio,
        to_detection_target=to_find,
        anticoagulated=eligible - untreated,
        protected_percent=100 * (eligible - untreated) / eligible if eligible else None,
        to_protection_target=to_treat,
        strokes=strokes(untreated, by_score, to_treat, assumed),
        **held,
    )


def _short_of(percent: float, whole: float, reached: int) -> int:
    """People missing to a share of the whole; whole people, rounded up."""
    # Rounded first, so that 85% of 100 is 85 and not a hair more.
    return max(math.ceil(round(percent * whole / 100, 6)) - reached, 0)


def strokes(
    untreated: int, by_score: Mapping[int, int], to_target: int, assumed: Assumptions
) -> Strokes:
    """Strokes of a year among the untreated, by the clinical tool `strokes_avoided`.

    Args:
        untreated: at risk and not anticoagulated.
        by_score: of them, how many have which CHA2DS2-VASc; the others are `without_score`.
        to_target: how many of them a target asks for.
        assumed: number needed, relative reduction, fatal share, cost.

    Raises:
        RefusedError: an assumption outside the tool's range.
    """
    scored = sum(by_score.values())
    found = strokes_avoided.run(
        {
            "extra_treated": untreated,
            "untreated_by_score": {str(score): people for score, people in by_score.items()},
            "number_needed": assumed.number_needed,
            "fatal_share": assumed.fatal_share,
            "cost_per_stroke": assumed.cost_per_stroke,
            "relative_reduction": assumed.relative_reduction,
        }
    )
    return Strokes(
        expected=float(found.detail["expected_without_treatment"] or 0.0),
        without_score=untreated - scored,
        avoidable=float(found.value or 0.0),
        avoidable_simple=float(found.detail["simple"]),
        to_target_simple=to_target / assumed.number_needed,
        lives=float(found.detail["lives_saved"]),
        saving_pounds=float(found.detail["saving_pounds"]),
    )


def _notes(
    rates: Iterable[Rate], assumed: Assumptions, expected_people: float, people: int
) -> tuple[str, ...]:
    sources = sorted({(each.source, each.unverified) for each in rates})
    said = [
        f"Expected by age and sex: {source}{' (from memory, not verified)' if unsure else ''}."
        for source, unsure in sources
    ]
    said.append(
        f"They expect {100 * expected_people / people if people else 0:.2f}% of this list "
        f"(rates times {assumed.rates_factor:g}); Public Health England's estimate for England is "
        "2.4 to 2.5%. Edit rates_factor to meet an estimate."
    )
    if assumed.rates == "atria_2001":
        said.append(
            "These rates are of diagnosed people and far below those of Norberg 2013 in the oldest "
            "(21.9% at 85 and over): undetected people are understated. This is not the national "
            "(NCVIN) estimate."
        )
    wanted = (
        ("detection", assumed.detection_target),
        ("protection", assumed.protection_target),
    )
    said += [
        f"Target {each.measure} {each.percent:g}%: {each.source} (not verified)."
        for each in targets()
        if each.unverified and (each.measure, each.percent) in wanted
    ]
    said.append(
        f"Strokes: one avoided per {assumed.number_needed:g} treated for a year (collaboratives' "
        f"press figures), or by score (Friberg 2012) times {assumed.relative_reduction:g}. "
        "Estimates for planning, not counts."
    )
    return tuple(said)
