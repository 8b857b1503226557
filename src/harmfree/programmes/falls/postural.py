"""Blood pressure that falls on standing: not measured, or measured and still treated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.periods import derived, latest, recorded
from harmfree.periods.expressions import Derivation, DerivationInput, Derived
from harmfree.programmes.falls.vocabulary import FALLER, NOT_DYING, OLDER, YEAR
from harmfree.programmes.indicator import gap, hazard
from harmfree.programmes.medicines_optimisation.vocabulary import current, from_source, history

RCP = from_source(
    "Royal College of Physicians, Measurement of lying and standing blood pressure (2017)", "S"
)
SYSTOLIC_DROP, DIASTOLIC_DROP, STANDING_BELOW = 20, 10, 90
"""mmHg: a drop of so much, or a standing systolic pressure below 90."""


@dataclass(frozen=True)
class DropOnStanding:
    """The lying pressure less the standing one of the same day."""

    def __call__(self, given: DerivationInput) -> npt.NDArray[np.float64]:
        """float64[n]: mmHg at the later of the two entries, NaN where a day has not both.

        Of several entries on a day the last of each posture counts.
        """
        rows = np.arange(len(given.day))
        began = np.ones(len(rows), bool)
        began[1:] = (given.day[1:] != given.day[:-1]) | (given.person[1:] != given.person[:-1])
        first = np.maximum.accumulate(np.where(began, rows, 0))
        seen = []
        for posture in (0, 1):
            usable = (given.source == posture) & ~np.isnan(given.value)
            at = np.maximum.accumulate(np.where(usable, rows, -1))
            seen.append(np.where(at >= first, given.value[np.maximum(at, 0)], np.nan))
        return np.asarray(seen[0] - seen[1], dtype=np.float64)


def _drop(which: str) -> Derived:
    words = f"the drop of the {which} pressure from lying to standing on one day"
    lists = (f"{which}_lying", f"{which}_standing")
    drop = Derivation(f"{which}_drop", words, lists, DropOnStanding(), requires=(0, 1))
    return derived(drop, within=YEAR)


MEASURED = recorded("systolic_standing", within=YEAR)
DROPS = (
    (_drop("systolic") >= SYSTOLIC_DROP)
    | (_drop("diastolic") >= DIASTOLIC_DROP)
    | (latest("systolic_standing", within=YEAR) < STANDING_BELOW)
)
LOWERS_PRESSURE = (
    current("alpha_blocker_bp")
    | current("alpha_blocker_prostate")
    | current("nitrate")
    | current("vasodilator")
    | current("centrally_acting_antihypertensive")
    | current("diuretic")
    | current("tricyclic_antidepressant")
    | current("antipsychotic")
)

INDICATORS = (
    gap(
        "falls_postural_not_measured",
        "Fell in the last year, and blood pressure not measured standing",
        denominator=FALLER & NOT_DYING,
        numerator=~MEASURED,
        why="A drop on standing is a common cause of falls that can be treated.",
        action="Measure lying after 5 minutes, then standing at once, after 1 and after 3 minutes.",
        provenance=RCP,
    ),
    hazard(
        "falls_postural_drop",
        "Blood pressure drops on standing, and a medicine adds to it",
        denominator=OLDER & (DROPS | history("orthostatic_hypotension")),
        numerator=LOWERS_PRESSURE,
        why="Getting up, the person may faint and fall.",
        action="Reduce or stop what lowers the pressure on standing; measure again.",
        provenance=RCP,
        note="A drop of 20 systolic or 10 diastolic, or a standing systolic pressure under 90 "
        "mmHg, in a year; or postural hypotension coded. Medicines: alpha-blockers, nitrates, "
        "vasodilators, centrally acting ones, diuretics, tricyclics, antipsychotics. Symptoms are "
        "not looked at.",
    ),
)
