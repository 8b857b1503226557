"""A regression of one or two time series, ready for any estimator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import stats

from harmfree.improvement.datafile import DataError, Floats
from harmfree.improvement.result import Estimate

LINKS = {
    "gaussian": "identity",
    "poisson": "log",
    "quasipoisson": "log",
    "binomial": "logit",
    "quasibinomial": "logit",
}


@dataclass(frozen=True)
class Model:
    """What is regressed on what.

    Args:
        outcome: values (gaussian) or counts of events (the others).
        design: one row per point, one column per term.
        names: names of the columns.
        time: time of each point, in the units of the trend.
        effect: names of the columns that the change brought; zero in the counterfactual.
        family: one of `LINKS`.
        exposure: person-time or population (poisson), or denominator (binomial).
        panel: which series each point belongs to; one series when all are 0.
    """

    outcome: Floats
    design: Floats
    names: tuple[str, ...]
    time: Floats
    effect: tuple[str, ...]
    family: str = "gaussian"
    exposure: Floats | None = None
    panel: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if self.family not in LINKS:
            raise DataError(f"There is no model '{self.family}'.", do=f"Use: {', '.join(LINKS)}.")
        if self.family.endswith("binomial") and self.exposure is None:
            raise DataError(
                "A binomial model needs a denominator.", do="Name it with --denominator."
            )
        if not len(self.panel):
            object.__setattr__(self, "panel", np.zeros(len(self.outcome)))

    @property
    def link(self) -> str:
        """The link of the family: identity, log or logit."""
        return LINKS[self.family]

    @property
    def counterfactual(self) -> Floats:
        """The design as if the change had not happened."""
        untouched = np.array([name not in self.effect for name in self.names], dtype=float)
        return np.asarray(self.design * untouched)

    @property
    def observed(self) -> Floats:
        """The outcome on the scale of the mean: a value, a rate or a proportion."""
        return self.outcome if self.exposure is None else self.outcome / self.exposure

    @property
    def distance(self) -> Floats:
        """Time between every two points in steps of the series; infinite between series."""
        order = np.unique(self.time)
        step = float(np.diff(order).min()) if len(order) > 1 else 1.0
        apart = np.abs(self.time[:, None] - self.time[None, :]) / step
        return np.where(self.panel[:, None] == self.panel[None, :], apart, np.inf)

    def only(self, keep: np.ndarray) -> Model:
        """The same model on some of its points, without columns that are then constant zero."""
        design = self.design[keep]
        used = [i for i in range(design.shape[1]) if np.any(design[:, i] != 0)]
        names = tuple(self.names[i] for i in used)
        return replace(
            self,
            outcome=self.outcome[keep],
            design=design[:, used],
            names=names,
            time=self.time[keep],
            effect=tuple(n for n in self.effect if n in names),
            exposure=None if self.exposure is None else self.exposure[keep],
            panel=self.panel[keep],
        )


@dataclass(frozen=True)
class Fit:
    """Estimated coefficients.

    Args:
        estimator: its name and the name of its standard error.
        names: terms.
        params: coefficients.
        covariance: their covariance.
        df: degrees of freedom of the t distribution; infinite for a normal interval.
        residuals: residuals (Pearson's for counts), in the order of the points.
        extra: dispersion, autocorrelation, lag and the like.
    """

    estimator: str
    names: tuple[str, ...]
    params: Floats
    covariance: Floats
    df: float
    residuals: Floats
    extra: Mapping[str, float] = field(default_factory=dict)

    @property
    def quantile(self) -> float:
        """Half width of a 95% interval in standard errors."""
        return float(stats.norm.ppf(0.975) if np.isinf(self.df) else stats.t.ppf(0.975, self.df))

    def combination(self, weights: Sequence[float] | Floats) -> Estimate:
        """A weighted sum of coefficients with its interval."""
        c = np.asarray(weights, dtype=float)
        value, se = float(c @ self.params), float(np.sqrt(max(0.0, c @ self.covariance @ c)))
        return Estimate(value, value - self.quantile * se, value + self.quantile * se, se)

    def term(self, name: str) -> Estimate:
        """One coefficient with its interval."""
        return self.combination([float(n == name) for n in self.names])

    def p(self, name: str) -> float:
        """Two-sided p-value of one coefficient."""
        estimate = self.term(name)
        if estimate.se == 0:
            return 1.0
        ratio = abs(estimate.value) / estimate.se
        return float(
            2 * (stats.norm.sf(ratio) if np.isinf(self.df) else stats.t.sf(ratio, self.df))
        )

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        terms = {n: {**self.term(n).as_dict(), "p": self.p(n)} for n in self.names}
        return {"estimator": self.estimator, "coefficients": terms, **self.extra}
