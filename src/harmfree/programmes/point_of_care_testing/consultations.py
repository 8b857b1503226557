"""What was prescribed at the consultation, by infection, and whether a score stands behind it."""

from __future__ import annotations

from harmfree.periods import aged, recorded
from harmfree.programmes.indicator import Indicator, context
from harmfree.programmes.medicines_optimisation.vocabulary import history
from harmfree.programmes.point_of_care_testing.ideal import Ideal, ideals
from harmfree.programmes.point_of_care_testing.vocabulary import (
    IND323,
    SAME_DAY,
    STEWARDSHIP,
    YEAR,
    same_day,
)


def _antibiotic(each: Ideal) -> Indicator:
    seen = recorded(each.codes, within=YEAR)
    if not each.every_age:
        seen = seen & aged(at_least=each.age_from, below=each.age_below)
    return context(
        f"poct_antibiotic_{each.infection}",
        f"{each.title}: an antibiotic on the day, at the latest consultation of a year",
        denominator=seen,
        numerator=same_day(each.codes, "antibacterial"),
        direction="lower",
        why="Most of these infections end by themselves; antibiotics harm and breed resistance.",
        provenance=each.provenance,
        note=f"Experts held {each.ideal:g}% to be right; {each.usual:g}% was usual in England. "
        f"{SAME_DAY} Age is that of the day looked at. `harmfree stewardship` counts every "
        "consultation.",
    )


INDICATORS = (
    context(
        "poct_sore_throat_score",
        "Sore throat with FeverPAIN or Centor coded that day",
        denominator=recorded("sore_throat", within=YEAR) & ~history("immunosuppressed"),
        numerator=same_day("sore_throat", "sore_throat_score"),
        direction="higher",
        why="The score tells the few who gain from an antibiotic from the many who do not.",
        provenance=IND323,
        note="The latest sore throat of a year counts. People with impaired immunity are left out.",
    ),
    *(_antibiotic(each) for each in ideals()),
    context(
        "poct_delayed_prescription",
        "Respiratory infection with an antibiotic: the prescription was a delayed one",
        denominator=recorded("respiratory_infection", within=YEAR)
        & same_day("respiratory_infection", "antibacterial"),
        numerator=same_day("respiratory_infection", "delayed_antibiotic"),
        direction="higher",
        why="Most people who are given a delayed prescription never collect the medicine.",
        provenance=STEWARDSHIP,
        note="Only where the delay was coded; a delayed prescription issued as usual is not seen.",
    ),
)
