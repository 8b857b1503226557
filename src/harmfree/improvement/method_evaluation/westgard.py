"""Internal quality control: the Westgard multirules.

z = (value - mean) / SD; limits are strict (exactly 3 SD is in control); values stand in time order.
Source: Westgard, Barry, Hunt and Groth, Clin Chem 1981;27:493-501; rules for three materials as
published by Westgard QC (second hand).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harmfree.improvement.datafile import DataError, Floats, TooFewError
from harmfree.improvement.result import Estimate, Result

RULES = ("1-2s", "1-3s", "2-2s", "R-4s", "4-1s", "10x")
CHOICES = (*RULES, "8x", "12x", "2of3-2s", "3-1s", "6x")
THREE_MATERIALS = ("2of3-2s", "3-1s", "6x")
_SYSTEMATIC = frozenset({"2-2s", "4-1s", "10x", "8x", "12x", "2of3-2s", "3-1s", "6x"})
# rule -> (how many in a row, beyond how many SD on one side)
_STRETCHES = {
    "2-2s": (2, 2.0),
    "4-1s": (4, 1.0),
    "3-1s": (3, 1.0),
    "6x": (6, 0.0),
    "8x": (8, 0.0),
    "10x": (10, 0.0),
    "12x": (12, 0.0),
}


@dataclass(frozen=True)
class Controls:
    """Control results in time order.

    Args:
        z: standardised results.
        runs: run of each result; each result is its own run when absent.
        materials: control material of each result; one material when absent.
    """

    z: Floats
    runs: Sequence[str] = ()
    materials: Sequence[str] = ()

    def groups(self, labels: Sequence[str]) -> list[list[int]]:
        """Rows that share a label, in time order."""
        found: dict[str, list[int]] = {}
        for row, label in enumerate(labels):
            found.setdefault(label, []).append(row)
        return list(found.values())

    @property
    def in_run(self) -> list[list[int]]:
        """Rows of each run."""
        return self.groups(self.runs) if self.runs else [[i] for i in range(len(self.z))]

    @property
    def in_material(self) -> list[list[int]]:
        """Rows of each material."""
        return self.groups(self.materials) if self.materials else [list(range(len(self.z)))]


@dataclass(frozen=True, order=True)
class Violation:
    """A rule that fired, and the rows (0-based) that fired it."""

    rows: tuple[int, ...]
    rule: str

    @property
    def kind(self) -> str:
        """What the rule speaks for: a warning, random error or systematic error."""
        if self.rule == "1-2s":
            return "warning"
        return "systematic error" if self.rule in _SYSTEMATIC else "random error"


def violations(controls: Controls, rules: Iterable[str] = RULES) -> list[Violation]:
    """Every rule that fires, in time order.

    Args:
        controls: the results.
        rules: names out of `CHOICES`.

    Raises:
        DataError: a rule has no such name.
    """
    found = {Violation(rows, rule) for rule in rules for rows in _rows(rule, controls)}
    return sorted(found)


def _rows(rule: str, controls: Controls) -> list[tuple[int, ...]]:
    checks: dict[str, Callable[[Controls], list[tuple[int, ...]]]] = {
        "1-2s": lambda c: _beyond(c, 2.0),
        "1-3s": lambda c: _beyond(c, 3.0),
        "R-4s": _opposite,
        "2of3-2s": _two_of_three,
    }
    if rule in checks:
        return checks[rule](controls)
    if rule not in _STRETCHES:
        raise DataError(f"There is no Westgard rule '{rule}'.", do=f"Use: {', '.join(CHOICES)}.")
    return _stretches(controls, *_STRETCHES[rule])


def _beyond(controls: Controls, limit: float) -> list[tuple[int, ...]]:
    return [(int(i),) for i in np.flatnonzero(np.abs(controls.z) > limit)]


def _opposite(controls: Controls) -> list[tuple[int, ...]]:
    """Within one run, one result above +2 SD and another below -2 SD."""
    found = []
    for rows in controls.in_run:
        high = [i for i in rows if controls.z[i] > 2]
        low = [i for i in rows if controls.z[i] < -2]
        if high and low:
            found.append(tuple(sorted(high + low)))
    return found


def _two_of_three(controls: Controls) -> list[tuple[int, ...]]:
    """Within one run of three materials, two beyond 2 SD on one side."""
    found = []
    for rows in controls.in_run:
        for side in (1, -1):
            out = [i for i in rows if side * controls.z[i] > 2]
            if len(rows) == 3 and len(out) >= 2:
                found.append(tuple(out))
    return found


def _stretches(controls: Controls, least: int, limit: float) -> list[tuple[int, ...]]:
    """Longest stretches beyond a limit on one side: within a run, or across runs in a material."""
    found = []
    for rows in controls.in_run + controls.in_material:
        for side in (1, -1):
            stretch: list[int] = []
            for i in [*rows, None]:
                if i is not None and side * controls.z[i] > limit:
                    stretch.append(i)
                    continue
                if len(stretch) >= least:
                    found.append(tuple(stretch))
                stretch = []
    return found


def baseline(values: Floats, first: int) -> tuple[float, float]:
    """Mean and SD of the first results of one material.

    Raises:
        TooFewError: there are fewer results than asked for, or they do not vary.
    """
    if len(values) < first or np.ptp(values[:first]) == 0:
        raise TooFewError(
            f"The mean and SD need {first} results that vary; there are {len(values)}.",
            do="Give --mean and --sd, or a smaller --baseline.",
        )
    return float(values[:first].mean()), float(values[:first].std(ddof=1))


def evaluate(controls: Controls, rules: Sequence[str] = (), warnings: Sequence[str] = ()) -> Result:
    """Judge a series of control results.

    Args:
        controls: the results in time order.
        rules: rules to apply; by default the six classical ones, with the three-material rules
            added where there are three materials.
        warnings: what the reader must know of how z was made.

    Raises:
        TooFewError: there is no result.
    """
    if not len(controls.z):
        raise TooFewError("There is no control result.")
    chosen = tuple(rules) or RULES + (THREE_MATERIALS if len(set(controls.materials)) == 3 else ())
    found = violations(controls, chosen)
    rejected = sorted({i for v in found if v.kind != "warning" for i in v.rows})
    listed = [{"rule": v.rule, "rows": [i + 1 for i in v.rows], "means": v.kind} for v in found]
    return Result(
        method="quality-control",
        estimator=f"Westgard rules {', '.join(chosen)}; strict limits",
        n=len(controls.z),
        estimates={
            "mean_z": Estimate(float(controls.z.mean())),
            "rejected": Estimate(len(rejected)),
        },
        sentence=_sentence(found, len(controls.z)),
        details={"rules": list(chosen), "violations": listed, "in_control": not rejected},
        warnings=tuple(warnings),
        plotted={"levey_jennings": _plotted(controls, found)},
    )


def _plotted(controls: Controls, found: list[Violation]) -> dict[str, list[Any]]:
    flags: list[list[str]] = [[] for _ in controls.z]
    for violation in found:
        for i in violation.rows:
            flags[i].append(violation.rule)
    return {
        "row": list(range(1, len(controls.z) + 1)),
        "z": list(controls.z),
        "run": list(controls.runs),
        "material": list(controls.materials),
        "rules": [" ".join(rules) for rules in flags],
    }


def _sentence(found: list[Violation], n: int) -> str:
    fired = [v for v in found if v.kind != "warning"]
    if not fired:
        count = len(found)
        note = f"; {count} beyond 2 SD, which alone is no reason to reject" if count else ""
        return f"In control: none of {n} results breaks a rejection rule{note}."
    last = fired[-1]
    names = ", ".join(dict.fromkeys(v.rule for v in fired))
    kinds = " and ".join(dict.fromkeys(v.kind for v in fired))
    return (
        f"Out of control: {names} fired, which speaks for {kinds}. The latest is {last.rule} at "
        f"row {last.rows[-1] + 1}. Do not report patients' results from such a run until the cause "
        "is found and controls are back within limits."
    )
