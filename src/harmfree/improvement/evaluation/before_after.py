"""Two periods (or two arms) compared: the weakest design, labelled as crude.

Counts of people: proportions, their difference (Newcombe), ratio and odds ratio. Events over
person-time: rates and their ratio, with an exact test, and quasi-Poisson over rows where there are
several. Sources: Newcombe, Stat Med 1998;17:873-890; Woolf, Ann Hum Genet 1955;19:251-253.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from harmfree.improvement.datafile import DataError, Floats, TooFewError
from harmfree.improvement.result import Estimate, Result, say, say_p

CRUDE = (
    "Crude: not adjusted for season, trend, case mix or clustering. A before-and-after comparison "
    "cannot tell the change from whatever else happened."
)


@dataclass(frozen=True)
class Arms:
    """Rows of two arms.

    Args:
        events: counts.
        size: denominators (people) or person-time.
        second: whether each row belongs to the second arm (after, or intervention).
        person_time: whether `size` is person-time.
        names: what the two arms are called.
        sites: site of each row, to allow for clustering; empty for none.
    """

    events: Floats
    size: Floats
    second: np.ndarray
    person_time: bool = False
    names: tuple[str, str] = ("before", "after")
    sites: tuple[str, ...] = ()

    def totals(self) -> list[tuple[float, float]]:
        """Events and size of each arm."""
        return [
            (float(self.events[arm].sum()), float(self.size[arm].sum()))
            for arm in (~self.second, self.second)
        ]


def evaluate(arms: Arms) -> Result:
    """Compare the two arms.

    Raises:
        TooFewError: an arm is empty.
        DataError: more events than people.
    """
    totals = arms.totals()
    if any(size <= 0 for _, size in totals):
        raise TooFewError("Both arms need rows with a denominator above zero.")
    if not arms.person_time and any(events > size for events, size in totals):
        raise DataError("There are more events than people in an arm.")
    compared = _rates(totals) if arms.person_time else _proportions(totals)
    estimates = compared | _over_rows(arms)
    warnings = [CRUDE]
    if arms.sites and len(set(arms.sites)) < 10:
        warnings.append("Fewer than 10 sites: the interval that allows for sites is too narrow.")
    return Result(
        method="before-after",
        estimator="crude rate ratio, exact" if arms.person_time else "crude odds ratio (Woolf)",
        n=len(arms.events),
        estimates=estimates,
        sentence=_sentence(arms, estimates),
        details={"totals": dict(zip(arms.names, totals, strict=True)), "p": _p(arms, totals)},
        warnings=tuple(warnings),
        plotted={"arms": _plotted(arms, totals)},
    )


def _proportions(totals: list[tuple[float, float]]) -> dict[str, Estimate]:
    (a, n), (b, m) = ((int(e), int(s)) for e, s in totals)
    low, high = confint_proportions_2indep(b, m, a, n, compare="diff", method="newcomb")
    found = {"difference": Estimate(b / m - a / n, float(low), float(high))}
    if min(a, b, n - a, m - b) == 0:
        note = "not estimable: a cell is zero"
        return found | {k: Estimate(np.nan, note=note) for k in ("odds_ratio", "risk_ratio")}
    table = Table2x2([[b, m - b], [a, n - a]])
    odds, risk = table.oddsratio_confint(), table.riskratio_confint()
    return found | {
        "odds_ratio": Estimate.within(table.oddsratio, odds, table.log_oddsratio_se),
        "risk_ratio": Estimate.within(table.riskratio, risk, table.log_riskratio_se),
    }


def _rates(totals: list[tuple[float, float]]) -> dict[str, Estimate]:
    """Exact ratio of two Poisson rates, by the binomial of the second arm's share of events."""
    (a, n), (b, m) = totals
    found = {
        f"rate_{name}": Estimate(events / size, *_poisson(events, size))
        for name, (events, size) in zip(("first", "second"), totals, strict=True)
    }
    if a == 0 or b == 0:
        return found | {"rate_ratio": Estimate(np.nan, note="not estimable: an arm has no event")}
    shares = proportion_confint(b, a + b, method="beta")
    low, high = (float(s / (1 - s) * n / m) for s in shares)
    return found | {"rate_ratio": Estimate((b / m) / (a / n), low, high)}


def _poisson(events: float, size: float) -> tuple[float, float]:
    """Exact limits of a Poisson rate (Garwood, Biometrika 1936;28:437-442)."""
    low = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    return float(low) / size, float(stats.chi2.ppf(0.975, 2 * events + 2)) / 2 / size


def _over_rows(arms: Arms) -> dict[str, Estimate]:
    """Ratio with errors that allow for more than chance variation between rows or sites."""
    if len(arms.events) < 6 or arms.events.sum() == 0:
        return {}
    design = sm.add_constant(arms.second.astype(float), has_constant="add")
    model = sm.GLM(arms.events, design, family=sm.families.Poisson(), offset=np.log(arms.size))
    if arms.sites:
        codes = np.unique(arms.sites, return_inverse=True)[1]
        fitted = model.fit(cov_type="cluster", cov_kwds={"groups": codes})
        note, df = "allowing for sites", len(set(arms.sites)) - 1
    else:
        fitted = model.fit(scale="X2")
        note, df = "allowing for variation between rows (quasi-Poisson)", len(arms.events) - 2
    value, se = float(fitted.params[1]), float(fitted.bse[1])
    half = float(stats.t.ppf(0.975, df)) * se
    limits = np.exp([value - half, value + half])
    return {"ratio_over_rows": Estimate.within(np.exp(value), limits, se, note)}


def _p(arms: Arms, totals: list[tuple[float, float]]) -> float:
    (a, n), (b, m) = totals
    if arms.person_time:
        return float(stats.binomtest(int(b), int(a + b), m / (m + n)).pvalue) if a + b else 1.0
    table = np.array([[b, m - b], [a, n - a]]).astype(int)
    return float(stats.fisher_exact(table).pvalue)


def _sentence(arms: Arms, estimates: dict[str, Estimate]) -> str:
    (a, n), (b, m) = arms.totals()
    p = say_p(_p(arms, arms.totals()))
    first, second = arms.names
    if arms.person_time:
        return (
            f"The rate was {say(b / m)} in '{second}' and {say(a / n)} in '{first}': rate ratio "
            f"{estimates['rate_ratio']}, {p}. This is a crude comparison."
        )
    return (
        f"{100 * b / m:.1f}% ({b:.0f} of {m:.0f}) in '{second}' against {100 * a / n:.1f}% "
        f"({a:.0f} of {n:.0f}) in '{first}': crude odds ratio {estimates['odds_ratio']}, {p}."
    )


def _plotted(arms: Arms, totals: list[tuple[float, float]]) -> dict[str, Any]:
    limits = [
        _poisson(e, s) if arms.person_time else proportion_confint(e, s, method="wilson")
        for e, s in totals
    ]
    return {
        "name": list(arms.names),
        "value": [e / s for e, s in totals],
        "lower": [float(low) for low, _ in limits],
        "upper": [float(high) for _, high in limits],
    }
