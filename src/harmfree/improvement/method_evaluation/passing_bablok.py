"""Passing-Bablok regression: a line from the ranks of all pairwise slopes.

The variant is that of R's mcr since 1.2: angles instead of slopes, the sign of the association
from Kendall's tau (so that falling relations are fitted too), ties kept, and ranks on the half
step rather than rounded. The 1983 paper rounds its index, and its limits differ a little.
Sources: Passing and Bablok, J Clin Chem Clin Biochem 1983;21:709-720; mcr documentation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special, stats

from harmfree.improvement.datafile import FitError, Floats, TooFewError
from harmfree.improvement.method_evaluation.lines import Line
from harmfree.improvement.result import Estimate

MOST_PAIRS_OF_RESULTS = 5000
"""Above this the 12.5 million pairwise slopes stop fitting comfortably in memory."""
_SAME = 1e-12
_SEED = 20261123


def passing_bablok(x: Floats, y: Floats, levels: Sequence[float] = ()) -> Line:
    """Fit the line with its 95% limits and the test of linearity.

    Args:
        x: the comparison method.
        y: the method under test.
        levels: decision levels for the bias.

    Raises:
        TooFewError: more than 5,000 pairs of results.
        FitError: all results are the same.
    """
    angles = pairwise_angles(x, y)
    shift, half_width = _shift(x, y, angles), _half_width(len(x))
    ranks = [len(angles) + shift]
    ranks += [round(len(angles) + shift - half_width), round(len(angles) + shift + half_width)]
    slope, low, high = (_slope_at(angles, rank) for rank in ranks)
    intercept, i_low, i_high = (_intercept(x, y, b) for b in (slope, high, low))
    return Line(
        "Passing-Bablok, sign by Kendall's tau, ranks as mcr 1.2",
        Estimate(intercept, i_low, i_high),
        Estimate(slope, low, high),
        _bias(x, y, levels, (intercept, slope)),
        {"linearity": linearity(x, y, intercept, slope)},
    )


def pairwise_angles(x: Floats, y: Floats) -> Floats:
    """Sorted angles of the lines through every two points; coincident points are left out.

    Raises:
        TooFewError: too many points for all pairs to be held.
        FitError: no two points differ.
    """
    if len(x) > MOST_PAIRS_OF_RESULTS:
        what = f"Passing-Bablok takes at most {MOST_PAIRS_OF_RESULTS} pairs of results."
        raise TooFewError(what, do="Use Deming regression, or a sample of the results.")
    i, j = np.triu_indices(len(x), 1)
    dx, dy = _difference(x, i, j), _difference(y, i, j)
    kept = (dx != 0) | (dy != 0)
    if not kept.any():
        raise FitError("All results are the same, so there is no line.")
    dx, dy = dx[kept], dy[kept]
    with np.errstate(divide="ignore"):
        angles = np.where(
            dx == 0, _association(x, y) * np.pi / 2, np.arctan(dy / np.where(dx == 0, 1, dx))
        )
    return np.sort(angles)


def _difference(values: Floats, i: np.ndarray, j: np.ndarray) -> Floats:
    difference = values[j] - values[i]
    largest = np.maximum(np.abs(values[i]), np.abs(values[j]))
    return np.asarray(np.where(np.abs(difference) < _SAME * largest, 0.0, difference))


def _association(x: Floats, y: Floats) -> int:
    tau = float(stats.kendalltau(x, y).statistic)
    return -1 if tau < 0 else 1


def _shift(x: Floats, y: Floats, angles: Floats) -> int:
    """Twice the shift of the median for slopes beyond -1 (or +1 when the relation falls)."""
    quarter = np.pi / 4
    if _association(x, y) > 0:
        return int(np.sum(angles <= -quarter) + np.sum(angles < -quarter))
    return -int(np.sum(angles >= quarter) + np.sum(angles > quarter))


def _half_width(n: int) -> float:
    return float(stats.norm.ppf(0.975) * np.sqrt(n * (n - 1) * (2 * n + 5) / 18))


def _slope_at(angles: Floats, rank: int) -> float:
    """Slope at a doubled, 1-based rank; infinite when the rank lies outside the angles."""
    h = (rank + 1) // 2
    upper = h if rank % 2 else h + 1
    if h < 1:
        return -np.inf
    if upper > len(angles):
        return np.inf
    return float(np.tan((angles[h - 1] + angles[upper - 1]) / 2))


def _intercept(x: Floats, y: Floats, slope: float) -> float:
    return float(np.median(y - slope * x)) if np.isfinite(slope) else -slope


def _bias(
    x: Floats, y: Floats, levels: Sequence[float], line: tuple[float, float]
) -> dict[float, Estimate]:
    """Bias at decision levels with percentile bootstrap limits (the ranks give none)."""
    if not levels:
        return {}
    generator = np.random.default_rng(_SEED)
    draws = 999 if len(x) <= 200 else 199
    lines = [_line(x[pick], y[pick]) for pick in generator.integers(0, len(x), (draws, len(x)))]
    at = np.array(levels)[:, None]
    drawn = np.array([a for a, _ in lines]) + (np.array([b for _, b in lines]) - 1) * at
    low, high = np.quantile(drawn, [0.025, 0.975], axis=1)
    note = f"percentile bootstrap, {draws} draws"
    return {
        level: Estimate(line[0] + (line[1] - 1) * level, float(low[i]), float(high[i]), note=note)
        for i, level in enumerate(levels)
    }


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    angles = pairwise_angles(x, y)
    slope = _slope_at(angles, len(angles) + _shift(x, y, angles))
    return _intercept(x, y, slope), slope


def linearity(x: Floats, y: Floats, intercept: float, slope: float) -> dict[str, object]:
    """Cusum test of linearity: do the points above the line sit together along it?

    The scores are those of Passing and Bablok 1983. The p-value takes the largest cusum over the
    root of the number of points off the line against the Kolmogorov limit; the paper's own table
    was not seen, so the result is marked unverified.
    """
    off = np.sign(y - intercept - slope * x)
    above, below = int(np.sum(off > 0)), int(np.sum(off < 0))
    if above == 0 or below == 0:
        return {"p": None, "note": "every point lies on one side of the line"}
    scores = np.where(
        off > 0, np.sqrt(below / above), np.where(off < 0, -np.sqrt(above / below), 0)
    )
    along = x + slope * (y - intercept)
    cusum = np.cumsum(scores[np.argsort(along, kind="stable")])
    largest = float(np.abs(cusum).max() / np.sqrt(above + below))
    p = float(special.kolmogorov(largest))
    return {"largest_cusum": largest, "p": p, "linear": p >= 0.05, "unverified": True}
