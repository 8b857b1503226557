"""External quality assessment and the sigma metric.

Scores of ISO 13528:2015 (z, z', zeta, En) and the sigma metric of Westgard. The formulas stand in
the project's reference as taken from memory, so each result says `unverified`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmfree.improvement.datafile import DataError, Floats, TooFewError
from harmfree.improvement.result import Estimate, Result, say

ACCEPTABLE, ACTION = 2.0, 3.0
UNVERIFIED = "The limits and formulas of ISO 13528 are not yet checked against the standard."


@dataclass(frozen=True)
class Round:
    """Results of one or more rounds; every array has one entry per round.

    Args:
        result: the laboratory's or device's result.
        assigned: the assigned value.
        sd: standard deviation for proficiency assessment; NaN where unknown.
        u_assigned: standard uncertainty of the assigned value; NaN where unknown.
        u_result: standard uncertainty of the result; NaN where unknown.
        coverage: factor from standard to expanded uncertainty, for En.
    """

    result: Floats
    assigned: Floats
    sd: Floats
    u_assigned: Floats
    u_result: Floats
    coverage: float = 2.0

    def scores(self) -> dict[str, Floats]:
        """The four scores, NaN where an uncertainty is missing."""
        gap = self.result - self.assigned
        both = np.hypot(self.u_result, self.u_assigned)
        return {
            "z": gap / self.sd,
            "z_prime": gap / np.hypot(self.sd, self.u_assigned),
            "zeta": gap / both,
            "en": gap / (self.coverage * both),
        }


def verdict(score: float, kind: str = "z") -> str:
    """Acceptable, warning or action; `unknown` where the score is missing.

    |z| up to and including 2 is acceptable, 3 and over calls for action; |En| up to and
    including 1 is acceptable.
    """
    if not np.isfinite(score):
        return "unknown"
    if kind == "en":
        return "acceptable" if abs(score) <= 1 else "action"
    if abs(score) <= ACCEPTABLE:
        return "acceptable"
    return "action" if abs(score) >= ACTION else "warning"


def evaluate(rounds: Round) -> Result:
    """Score every round; two warnings in a row on one side count as action.

    Raises:
        TooFewError: there is no round.
        DataError: a standard deviation or uncertainty is not above zero.
    """
    if not len(rounds.result):
        raise TooFewError("There is no round to score.")
    for name in ("sd", "u_assigned", "u_result"):
        if np.any(getattr(rounds, name) <= 0):
            raise DataError(f"'{name}' holds a value that is not above zero.")
    scores = rounds.scores()
    kind = next((k for k in ("z", "zeta") if np.isfinite(scores[k]).any()), None)
    if kind is None:
        raise DataError("No score can be computed.", do="Give --sd, or the two uncertainties.")
    verdicts = verdicts_in_order(scores[kind])
    rows = {name: values for name, values in scores.items() if np.isfinite(values).any()}
    table = {name: [verdict(v, name) for v in values] for name, values in rows.items()}
    return Result(
        method="external-quality",
        estimator=f"ISO 13528 scores; verdict on {kind}",
        n=len(verdicts),
        estimates={f"{name}_latest": Estimate(float(v[-1])) for name, v in rows.items()},
        sentence=_sentence(verdicts, float(scores[kind][-1]), kind),
        details={"scores": rows, "verdicts": table, "final": verdicts},
        warnings=(UNVERIFIED,),
        plotted={
            "rounds": {"round": list(range(1, len(verdicts) + 1)), **rows, "verdict": verdicts}
        },
    )


def verdicts_in_order(scores: Floats) -> list[str]:
    """Verdict of each round; a second warning in a row on the same side becomes action."""
    plain = [verdict(float(score)) for score in scores]
    final = list(plain)
    for i in range(1, len(plain)):
        pair = plain[i - 1] == plain[i] == "warning"
        if pair and np.sign(scores[i - 1]) == np.sign(scores[i]):
            final[i] = "action"
    return final


def _sentence(verdicts: list[str], latest: float, kind: str) -> str:
    actions = [str(i + 1) for i, v in enumerate(verdicts) if v == "action"]
    history = (
        f"Rounds that called for action: {', '.join(actions)}."
        if actions
        else ("No round called for action.")
    )
    return f"The latest {kind} score is {say(latest)}: {verdicts[-1]}. {history}"


def sigma_metric(allowable: float, bias: float, cv: float) -> Estimate:
    """Sigma metric: (allowable total error - |bias|) / CV, all in per cent.

    Raises:
        DataError: the CV or the allowable error is not above zero.
    """
    if cv <= 0 or allowable <= 0:
        raise DataError("The CV and the allowable error must be above zero.")
    note = "6 is world class, below 3 unfit for purpose by convention; unverified"
    return Estimate((allowable - abs(bias)) / cv, note=note)
