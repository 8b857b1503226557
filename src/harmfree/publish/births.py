"""Perinatal optimisation by unit and month: what applies, what was received, the whole bundle.

Every percentage is a ratio of sums over babies. What was received, what was not and what is not
recorded always add up to those to whom it applies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from harmfree.clinical.maternity.perinatal import INTERVENTIONS
from harmfree.clinical.result import Component, Outcome
from harmfree.programmes.maternity_neonatal.pregnancy import CO_LIMIT
from harmfree.publish.births_feed import RARE, Birth

HELP = "embm_info"
ITEMS: dict[str, str] = {each.name: each.label for each in INTERVENTIONS}
"""The eleven interventions of the bundle: name and label."""
TIMED: dict[str, str] = {each.name: each.optimal for each in INTERVENTIONS if each.optimal}
NOTES = (
    "A percentage is babies who received it of those to whom it applies; a blank counts as not "
    "recorded and stays below the line.",
    "The bundle is complete when all that apply were received. A baby with a blank and no refusal "
    "is not known.",
    "Help with expressing is shown beside the eleven and is no part of the bundle.",
    "Units are small: look at one over time, never rank them.",
)


@dataclass
class Item:
    """Babies to whom one intervention applies.

    Attributes:
        received, not_received, not_recorded: they add up to `eligible`.
        not_applicable: babies to whom it does not apply. undecided: where that cannot be said.
        could_be_timely: of the received, those for whom the right time could be met.
        timely: of these, those for whom it was. timing_unknown: of these, without an answer.
    """

    received: int = 0
    not_received: int = 0
    not_recorded: int = 0
    not_applicable: int = 0
    undecided: int = 0
    could_be_timely: int = 0
    timely: int = 0
    timing_unknown: int = 0

    @property
    def eligible(self) -> int:
        """Babies to whom it applies."""
        return self.received + self.not_received + self.not_recorded

    @property
    def percent(self) -> float | None:
        """Received of eligible, in per cent; None when it applies to nobody."""
        return _percent(self.received, self.eligible)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        timely = _percent(self.timely, self.could_be_timely)
        shares = {"percent": self.percent, "timely_percent": timely}
        return {"eligible": self.eligible} | vars(self) | shares


@dataclass
class Tally:
    """Births of one unit, one month, or several together.

    Attributes:
        births: all babies. early: before 34 weeks. gestation_unknown: not told which.
        items: by name, `HELP` among them.
        complete, incomplete, unknown: babies by what became of their bundle.
        mothers: asked about smoking at booking, each once where the feed tells mothers apart.
        smokers: of them. co_measured: mothers with a reading. co_high: at 4 ppm or more.
        co_high_referred: of these, referred.
        rare: events by name.
    """

    births: int = 0
    early: int = 0
    gestation_unknown: int = 0
    items: dict[str, Item] = field(default_factory=lambda: {n: Item() for n in (*ITEMS, HELP)})
    complete: int = 0
    incomplete: int = 0
    unknown: int = 0
    mothers: int = 0
    smoking_recorded: int = 0
    smokers: int = 0
    co_measured: int = 0
    co_high: int = 0
    co_high_referred: int = 0
    rare: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RARE, 0))

    @property
    def bundle_percent(self) -> float | None:
        """Complete bundles of those that are known, in per cent."""
        return _percent(self.complete, self.complete + self.incomplete)

    @property
    def received_percent(self) -> float | None:
        """All that was received of all that applied: the sum over the eleven, in per cent."""
        eleven = [self.items[name] for name in ITEMS]
        return _percent(sum(i.received for i in eleven), sum(i.eligible for i in eleven))

    def as_dict(self) -> dict[str, Any]:
        """Plain values with the percentages."""
        return vars(self) | {
            "items": {name: item.as_dict() for name, item in self.items.items()},
            "bundle_percent": self.bundle_percent,
            "received_percent": self.received_percent,
            "co_measured_percent": _percent(self.co_measured, self.mothers),
            "co_high_referred_percent": _percent(self.co_high_referred, self.co_high),
            "smoking_percent": _percent(self.smokers, self.smoking_recorded),
        }


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def tally(births: Iterable[Birth]) -> Tally:
    """Count some births."""
    found, mothers = Tally(), set[str]()
    for birth in births:
        found.births += 1
        found.gestation_unknown += birth.early is None
        if birth.early and birth.care is not None:
            found.early += 1
            _add_care(found, birth.care)
            _add(found.items[HELP], _yes_no(birth.helped))
        for name in birth.events:
            found.rare[name] += 1
        if not birth.mother or birth.mother not in mothers:
            mothers.add(birth.mother)
            _add_booking(found, birth)
    return found


def _add_care(found: Tally, care: Outcome) -> None:
    parts = {each.name: each for each in care.components}
    for name in ITEMS:
        _add(found.items[name], _state(parts[name]))
        if name in TIMED:
            _add_timing(found.items[name], care, TIMED[name])
    states = {_state(parts[name]) for name in ITEMS}
    if "not_received" in states:
        found.incomplete += 1
    elif states & {"not_recorded", "undecided"}:
        found.unknown += 1
    else:
        found.complete += 1


def _state(part: Component) -> str:
    """Which count of an `Item` a baby belongs to."""
    if part.points is None:
        return "undecided" if part.why == "not known whether it applies" else "not_recorded"
    if part.why == "does not apply":
        return "not_applicable"
    return _yes_no(bool(part.points))


def _yes_no(answer: bool | None) -> str:
    return "not_recorded" if answer is None else "received" if answer else "not_received"


def _add(item: Item, state: str) -> None:
    setattr(item, state, getattr(item, state) + 1)


def _add_timing(item: Item, care: Outcome, prefix: str) -> None:
    asked = care.detail["optimal"].get(prefix, {})
    valid = care.detail["valid"]
    if asked.get("could_be") and valid[f"{prefix}_opt_poss"]:
        item.could_be_timely += 1
        item.timely += asked["was"] is True
        item.timing_unknown += asked["was"] is None


def _add_booking(found: Tally, birth: Birth) -> None:
    found.mothers += 1
    found.smoking_recorded += birth.smoker is not None
    found.smokers += birth.smoker is True
    found.co_measured += birth.co_ppm is not None
    if birth.co_ppm is not None and birth.co_ppm >= CO_LIMIT:
        found.co_high += 1
        found.co_high_referred += birth.referred is True


def grouped(births: Sequence[Birth], by: Callable[[Birth], Any]) -> dict[Any, Tally]:
    """A tally for each value of `by`, in order."""
    groups: dict[Any, list[Birth]] = {}
    for birth in births:
        groups.setdefault(by(birth), []).append(birth)
    return {key: tally(groups[key]) for key in sorted(groups)}


def month_of(birth: Birth) -> date:
    """First day of the month of birth."""
    return birth.on.replace(day=1)


def unit_of(birth: Birth) -> str:
    """The unit."""
    return birth.unit


def months_by_unit(births: Sequence[Birth]) -> dict[str, dict[date, Tally]]:
    """Unit to month to tally."""
    units = sorted({birth.unit for birth in births})
    return {unit: grouped([b for b in births if b.unit == unit], month_of) for unit in units}
