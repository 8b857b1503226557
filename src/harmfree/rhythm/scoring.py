"""How well detections agree with a reference: beats, rhythm, strips, episodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from harmfree.rhythm.compiled import BoolArray, FloatArray, compiled

BEAT_WINDOW = 0.150  # s, ANSI/AAMI EC57: a detection further away is not of this beat
ROUNDING = 1e-9  # s; decimal times are not exact in binary
CLASSES = ("N", "A", "O", "~")


@dataclass(frozen=True)
class Agreement:
    """Counts of a yes/no comparison, and the shares that follow from them.

    Attributes:
        true_positive: found and in the reference.
        false_positive: found and not in the reference.
        false_negative: in the reference and not found.
        true_negative: in neither; 0 where there is no such thing (beats).
    """

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int = 0

    @property
    def sensitivity(self) -> float:
        """Share of the reference that was found."""
        return ratio(self.true_positive, self.true_positive + self.false_negative)

    @property
    def positive_predictive_value(self) -> float:
        """Share of what was found that is in the reference."""
        return ratio(self.true_positive, self.true_positive + self.false_positive)

    @property
    def specificity(self) -> float:
        """Share of what is not in the reference that was left alone."""
        return ratio(self.true_negative, self.true_negative + self.false_positive)

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            self.true_positive + other.true_positive,
            self.false_positive + other.false_positive,
            self.false_negative + other.false_negative,
            self.true_negative + other.true_negative,
        )


def ratio(part: float, whole: float) -> float:
    """Return part over whole, NaN when the whole is zero."""
    return part / whole if whole else float("nan")


def exact_interval(part: int, whole: int, level: float = 0.95) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of a share (Biometrika 1934;26:404)."""
    if whole == 0:
        return (float("nan"), float("nan"))
    tail = (1 - level) / 2
    low = 0.0 if part == 0 else float(beta.ppf(tail, part, whole - part + 1))
    high = 1.0 if part == whole else float(beta.ppf(1 - tail, part + 1, whole - part))
    return (low, high)


def match_beats(
    reference: FloatArray,
    found: FloatArray,
    window: float = BEAT_WINDOW,
    unscored: tuple[tuple[float, float], ...] = (),
) -> Agreement:
    """Compare beat times as EC57 does: each detection matches one beat within the window.

    Args:
        reference: seconds of the reference beats, ascending.
        found: seconds of the detections, ascending.
        window: greatest distance of a match, seconds.
        unscored: spans (ventricular flutter) in which neither is counted.
    """
    inside = _outside(reference, unscored), _outside(found, unscored)
    matched = int(_matches(reference[inside[0]], found[inside[1]], window))
    return Agreement(matched, int(inside[1].sum()) - matched, int(inside[0].sum()) - matched)


def _outside(times: FloatArray, spans: tuple[tuple[float, float], ...]) -> BoolArray:
    keep = np.ones(times.size, dtype=np.bool_)
    for start, stop in spans:
        keep &= (times < start) | (times > stop)
    return keep


@compiled
def _matches(reference: FloatArray, found: FloatArray, window: float) -> int:
    i, j, matched = 0, 0, 0
    while i < reference.size and j < found.size:
        off = found[j] - reference[i]
        if off < -window - ROUNDING:
            j += 1
        elif off > window + ROUNDING:
            i += 1
        elif j + 1 < found.size and abs(found[j + 1] - reference[i]) < abs(off):
            j += 1
        else:
            matched += 1
            i += 1
            j += 1
    return matched


def compare(reference: BoolArray, called: BoolArray) -> Agreement:
    """Compare two series of yes and no, item by item."""
    return Agreement(
        int((reference & called).sum()),
        int((~reference & called).sum()),
        int((reference & ~called).sum()),
        int((~reference & ~called).sum()),
    )


def confusion(reference: npt.NDArray[np.str_], called: npt.NDArray[np.str_]) -> list[list[int]]:
    """Return counts with a row for each reference class and a column for each called class."""
    return [
        [int(((reference == row) & (called == column)).sum()) for column in CLASSES]
        for row in CLASSES
    ]


def class_f1(reference: npt.NDArray[np.str_], called: npt.NDArray[np.str_]) -> dict[str, float]:
    """Return F1 of each class: twice the agreements over the two totals."""
    return {
        name: ratio(
            2 * int(((reference == name) & (called == name)).sum()),
            int((reference == name).sum()) + int((called == name).sum()),
        )
        for name in CLASSES
    }


def challenge_score(reference: npt.NDArray[np.str_], called: npt.NDArray[np.str_]) -> float:
    """Return the score of the PhysioNet/CinC Challenge 2017: the mean F1 of N, A and O."""
    f1 = class_f1(reference, called)
    return (f1["N"] + f1["A"] + f1["O"]) / 3
