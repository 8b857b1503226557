"""The eleven interventions for a baby born before 34 weeks, and whether the record of them holds.

For each intervention: does it apply, was it received, could it have been optimal, was it. A cell
is valid when an intervention that does not apply is blank, one that applies is yes or no, "was
optimal" is asked only after "could be optimal" is yes, and doses fit "received".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# Printed bands of gestation, in rising order, with the first day of each in days. The first is
# printed "<26+6", which leaves 26+6 open; exact weeks and days decide it: below 27+0.
BANDS = {
    "<26+6": 0,
    "27 - 27+6": 27 * 7,
    "28 - 29+6": 28 * 7,
    "30 - 31+6": 30 * 7,
    "32 - 33+6": 32 * 7,
}
TOO_LATE = 34 * 7
WEIGHTS = ("<800g", "<1500g", ">1500g")
Answer = bool | None


def _band_words() -> dict[str, str]:
    words = {}
    for band in BANDS:
        words[band.replace(" ", "").lower()] = band
        words[band.replace(" - ", " to ")] = band
    return words | {"<27": "<26+6", "<27+0": "<26+6"}


def _yes_no(label: str, help: str = "") -> Flag:  # noqa: A002  (the name of the field)
    return Flag(label=label, help=help)


class PerinatalInputs(Inputs):
    """One baby born before 34 weeks."""

    gestation: Annotated[
        str | None,
        Choice(
            label="Gestation band",
            help="Or give weeks and days",
            options=dict.fromkeys(BANDS, ""),
            spellings=_band_words(),
        ),
    ] = None
    weeks: Annotated[
        float | None, Measure(label="Completed weeks", unit="weeks", low=20, high=33, whole=True)
    ] = None
    days: Annotated[
        float | None, Measure(label="And days", unit="days", low=0, high=6, whole=True)
    ] = None
    weight: Annotated[
        str | None,
        Choice(
            label="Weight band",
            help="Or give the weight",
            options=dict.fromkeys(WEIGHTS, ""),
            aliases=("weight_band",),
        ),
    ] = None
    weight_grams: Annotated[
        float | None, Measure(label="Birth weight", unit="g", low=200, high=6000)
    ] = None
    births: Annotated[
        str | None,
        Choice(
            label="Single or multiple birth",
            options={"Single": "", "Multiple": ""},
            spellings={"1": "Single", "singleton": "Single", "twins": "Multiple", "2": "Multiple"},
        ),
    ] = None
    ventilation: Annotated[bool | None, _yes_no("Invasive ventilation needed")] = None
    labour: Annotated[bool | None, _yes_no("Mother in active labour")] = None
    place: Annotated[bool | None, _yes_no("Born on the site of the designated unit")] = None
    steroids_rx: Annotated[bool | None, _yes_no("Antenatal steroids received")] = None
    steroids_doses: Annotated[
        float | None, Measure(label="Doses of steroids", low=0, high=2, whole=True)
    ] = None
    steroids_opt_poss: Annotated[
        bool | None, _yes_no("Steroids could have been optimally timed")
    ] = None
    steroids_opt_act: Annotated[
        bool | None,
        _yes_no("Steroids were optimally timed", "Full course, over 24 h and under 7 days before"),
    ] = None
    mgso4_rx: Annotated[bool | None, _yes_no("Magnesium sulfate received")] = None
    mgso4_opt_poss: Annotated[bool | None, _yes_no("Magnesium could have been optimal")] = None
    mgso4_opt_act: Annotated[
        bool | None, _yes_no("Magnesium was optimal", "Over 4 h and under 24 h before birth")
    ] = None
    antibiotics_rx: Annotated[bool | None, _yes_no("Intrapartum antibiotics received")] = None
    antibiotics_opt_poss: Annotated[bool | None, _yes_no("Antibiotics could have been optimal")] = (
        None
    )
    antibiotics_opt_act: Annotated[
        bool | None, _yes_no("Antibiotics were optimal", "Over 4 h before birth")
    ] = None
    embm_info: Annotated[
        bool | None, _yes_no("Expressing help within 2 h of birth", "Not one of the eleven")
    ] = None
    cord_mgt: Annotated[bool | None, _yes_no("Cord clamped at or after 1 minute")] = None
    thermal_care: Annotated[
        bool | None, _yes_no("36.5 to 37.5 °C, measured within 1 h of birth")
    ] = None
    volume_guarantee: Annotated[
        bool | None, _yes_no("Volume-targeted ventilation as primary mode")
    ] = None
    caffeine: Annotated[bool | None, _yes_no("Caffeine within 24 h")] = None
    embm_rx: Annotated[bool | None, _yes_no("Mother's milk within 6 h")] = None
    probiotics: Annotated[bool | None, _yes_no("Probiotic within 24 h")] = None
    hydrocortisone: Annotated[bool | None, _yes_no("Prophylactic hydrocortisone within 24 h")] = (
        None
    )

    def conflicts(self) -> Iterable[Problem]:
        """A band and the exact value behind it must agree."""
        if self.weeks is not None and self.gestation not in (None, _exact_band(self)):
            yield Problem(f"{self.weeks:g} weeks are in the band {_exact_band(self)}", "gestation")
        if self.weight_grams is not None and self.weight not in (None, _exact_weight(self)):
            yield Problem(f"{self.weight_grams:g} g is in the band {_exact_weight(self)}", "weight")


def _exact_band(given: PerinatalInputs) -> str | None:
    if given.weeks is None:
        return None
    age = given.weeks * 7 + (given.days or 0)
    return next(band for band, start in reversed(BANDS.items()) if age >= start)


def _exact_weight(given: PerinatalInputs) -> str | None:
    if given.weight_grams is None:
        return None
    # The printed bands leave 1500 g itself open; it is "up to 1500" here.
    return next(
        band
        for band, most in zip(WEIGHTS, (799, 1500, float("inf")), strict=True)
        if given.weight_grams <= most
    )


@dataclass(frozen=True)
class Baby:
    """What decides which interventions apply; None where it is not recorded."""

    starts: int | None
    weight: str | None
    multiple: Answer
    ventilated: Answer
    labour: Answer

    def born_below(self, weeks: int) -> Answer:
        """Say whether the band of gestation lies below these weeks."""
        return None if self.starts is None else self.starts < weeks * 7


def _baby(given: PerinatalInputs) -> Baby:
    band = given.gestation or _exact_band(given)
    return Baby(
        None if band is None else BANDS[band],
        given.weight or _exact_weight(given),
        None if given.births is None else given.births == "Multiple",
        given.ventilation,
        given.labour,
    )


def _always(baby: Baby) -> Answer:
    return True


def _place(baby: Baby) -> Answer:
    """Below 27 weeks, or below 800 g, or multiple and below 28 weeks."""
    small = None if baby.weight is None else baby.weight == "<800g"
    early = baby.born_below(27)
    twins = _both(baby.multiple, baby.born_below(28))
    facts = (small, early, twins)
    return True if any(facts) else None if None in facts else False


def _both(one: Answer, other: Answer) -> Answer:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _probiotics(baby: Baby) -> Answer:
    """All but babies of 32 weeks and more that are heavier than 1500 g."""
    late = None if baby.starts is None else baby.starts >= 32 * 7
    heavy = None if baby.weight is None else baby.weight == ">1500g"
    left_out = _both(late, heavy)
    return None if left_out is None else not left_out


@dataclass(frozen=True)
class Intervention:
    """One of the eleven.

    Args:
        name: the input that says whether it was received.
        label: as shown to people.
        applies: to this baby; None when that cannot be said.
        optimal: prefix of the inputs about optimal timing, "" when there are none.
    """

    name: str
    label: str
    applies: Callable[[Baby], Answer] = _always
    optimal: str = ""


INTERVENTIONS = (
    Intervention("place", "Right place of birth", _place),
    Intervention("steroids_rx", "Antenatal steroids", optimal="steroids"),
    Intervention("mgso4_rx", "Magnesium sulfate", lambda b: b.born_below(30), "mgso4"),
    Intervention("antibiotics_rx", "Intrapartum antibiotics", lambda b: b.labour, "antibiotics"),
    Intervention("cord_mgt", "Cord management"),
    Intervention("thermal_care", "Normothermia"),
    Intervention("volume_guarantee", "Volume-targeted ventilation", lambda b: b.ventilated),
    Intervention("caffeine", "Caffeine", lambda b: b.born_below(30)),
    Intervention("embm_rx", "Early maternal milk"),
    Intervention("probiotics", "Probiotic", _probiotics),
    Intervention("hydrocortisone", "Hydrocortisone", lambda b: b.born_below(28)),
)


def _valid_answer(applies: Answer, answer: Answer) -> bool:
    """Blank when it does not apply, yes or no when it does; undecided is never valid."""
    if applies is None:
        return False
    return (answer is not None) if applies else (answer is None)


def _valid_follow_up(asked: Answer, answer: Answer) -> bool:
    """A follow-up question: asked is True, False, or None when the question before is invalid."""
    return _valid_answer(asked, answer)


def validity(given: PerinatalInputs) -> dict[str, bool]:
    """Return for each cell of the record whether it holds, as the collaborative's rules say.

    Source: PERIPrem reporting, West of England and South West, as published under BSD-3.
    """
    baby = _baby(given)
    flags = {
        "gestation": baby.starts is not None,
        "weight": baby.weight is not None,
        "births": baby.multiple is not None,
        "ventilation": baby.ventilated is not None,
        "labour": baby.labour is not None,
    }
    for each in INTERVENTIONS:
        applies, answer = each.applies(baby), getattr(given, each.name)
        flags[each.name] = _valid_answer(applies, answer)
        if each.optimal:
            flags |= _optimal_flags(given, each.optimal, applies, answer)
    flags["steroids_doses"] = _valid_doses(given)
    return flags


def _optimal_flags(
    given: PerinatalInputs, prefix: str, applies: Answer, answer: Answer
) -> dict[str, bool]:
    """Could it be optimal is asked of those who received it; was it, of those who could."""
    possible = getattr(given, f"{prefix}_opt_poss")
    asked = answer if _valid_answer(applies, answer) else None
    if applies is False and answer is None:
        asked = False
    poss_valid = _valid_follow_up(asked, possible)
    next_asked: Answer = None
    if poss_valid:
        next_asked = bool(possible)
    act_valid = _valid_follow_up(next_asked, getattr(given, f"{prefix}_opt_act"))
    return {f"{prefix}_opt_poss": poss_valid, f"{prefix}_opt_act": act_valid}


def _valid_doses(given: PerinatalInputs) -> bool:
    if given.steroids_rx is None:
        return False
    return given.steroids_doses in ((1, 2) if given.steroids_rx else (0, None))


@tool(
    Card(
        name="perinatal_optimisation",
        title="Perinatal optimisation",
        topic="maternity and neonatal",
        version="2024.1",
        source=(
            Source("PERIPrem reporting of the South West collaboratives, rules as published "
                   "openly (BSD-3)", "V", "which interventions apply, and validity"),
            Source("National Neonatal Audit Programme guide, RCPCH 2021, with the changes of "
                   "2022", "V", "windows of optimal care"),
        ),
        population="Babies born before 34 weeks, one row for each baby with the mother",
        use="Checks the record of the eleven interventions at entry and counts what was received.",
        limits=(
            "The band printed <26+6 leaves 26+6 open: give weeks and days and it is below 27.",
            "Help with expressing is recorded beside the eleven and not counted.",
            "Percentages of a unit are ratios of sums over babies, never means of percentages.",
        ),
        formula="Applies: place below 27 weeks, below 800 g or multiple below 28; magnesium and "
        "caffeine below 30; antibiotics in labour; volume-targeted ventilation when ventilated; "
        "probiotic unless 32 weeks or more and above 1500 g; hydrocortisone below 28; the others "
        "always. Value: received / those that apply, in percent.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        unit="%",
        example=Example(
            {"gestation": "28 - 29+6", "weight": "<1500g", "births": "Single", "ventilation": "No",
             "labour": "No", "steroids_rx": "Yes", "steroids_doses": 2, "steroids_opt_poss": "Yes",
             "steroids_opt_act": "Yes", "mgso4_rx": "Yes", "mgso4_opt_poss": "No",
             "embm_info": "Yes", "cord_mgt": "Yes", "thermal_care": "No", "caffeine": "Yes",
             "embm_rx": "Yes", "probiotics": "Yes"},
            85.71428571,
            "Seven interventions apply and six were received.",
        ),
    )
)  # fmt: skip
def perinatal_optimisation(given: PerinatalInputs) -> Outcome:
    """Say which interventions apply, which were received, and which cells do not hold."""
    baby, valid = _baby(given), validity(given)
    parts = tuple(_part(each, each.applies(baby), given) for each in INTERVENTIONS)
    applying = [each.name for each in INTERVENTIONS if each.applies(baby)]
    received = [name for name in applying if getattr(given, name)]
    undecided = [each.name for each in INTERVENTIONS if each.applies(baby) is None]
    missing = _missing(given, baby) + given.absent(*applying)
    detail: dict[str, Any] = {
        "applies": applying,
        "received": received,
        "eligible": len(applying),
        "received_count": len(received),
        "optimal": _optimal(given, applying),
        "valid": valid,
        "all_valid": all(valid.values()),
    }
    said = tuple(f"Not valid: {name}." for name, holds in valid.items() if not holds)
    if missing or undecided:
        return Outcome(None, parts, "", (), missing, said, detail)
    percent = 100 * len(received) / len(applying)
    whole = len(received) == len(applying)
    detail["all_or_none"] = whole
    return Outcome(percent, parts, "complete" if whole else "partial", (), (), said, detail)


def _part(each: Intervention, applies: Answer, given: PerinatalInputs) -> Component:
    answer = getattr(given, each.name)
    if applies is None:
        return Component(each.name, each.label, answer, None, "not known whether it applies", 1)
    if not applies:
        return Component(each.name, each.label, answer, 0, "does not apply")
    if answer is None:
        return Component(each.name, each.label, None, None, "applies; not recorded", 1)
    return Component(each.name, each.label, answer, int(answer), "applies")


def _missing(given: PerinatalInputs, baby: Baby) -> tuple[str, ...]:
    known = {
        "gestation": baby.starts,
        "weight": baby.weight,
        "births": baby.multiple,
        "ventilation": baby.ventilated,
        "labour": baby.labour,
    }
    return tuple(name for name, value in known.items() if value is None)


def _optimal(given: PerinatalInputs, applying: list[str]) -> dict[str, dict[str, Answer]]:
    """Return for each timed intervention that applies: could it be optimal, and was it."""
    return {
        each.optimal: {
            "could_be": getattr(given, f"{each.optimal}_opt_poss"),
            "was": getattr(given, f"{each.optimal}_opt_act"),
        }
        for each in INTERVENTIONS
        if each.optimal and each.name in applying
    }
