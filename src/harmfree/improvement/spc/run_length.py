"""Average run lengths of CUSUM and EWMA charts, and designs that have a wanted run length.

The average run length from a start s solves L(s) = 1 + integral of L(t) f(t | s) dt (Page 1954;
Brook and Evans 1972; Crowder 1987 for EWMA), here by Gauss-Legendre quadrature (Nyström's
method). Values are standardised: mean 0 in control, standard deviation 1, shifted by `mu`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import optimize, stats

from harmfree.improvement.spc.arrays import Floats
from harmfree.improvement.spc.errors import ChartError

#: Nodes of the quadrature: so many for each standard deviation of a step, within these bounds.
_PER_SD, _LEAST_NODES, _MOST_NODES = 6, 80, 400
#: Designs beyond these are outside what the quadrature resolves and what anyone charts.
_MOST_SHIFT, _MOST_H, _MOST_MU, _MOST_ARL = 4.0, 50.0, 6.0, 1e12


def cusum_one_sided(k: float, h: float, mu: float = 0.0) -> float:
    """Average run length of the upper CUSUM max(0, C + z - k), signal above h, started at 0.

    Args:
        k: reference value, half the shift to find, in standard deviations.
        h: decision interval, in standard deviations.
        mu: true mean, in standard deviations.

    Returns:
        The run length; infinity when it is more than 10^12 points.
    """
    _require(0 < h <= _MOST_H, f"The decision interval must be above 0 and at most 50, not {h:g}")
    _require(0 <= k <= _MOST_H, f"The reference value must be from 0 to 50, not {k:g}")
    _require(abs(mu) <= _MOST_MU, f"The mean must be within 6 standard deviations, not {mu:g}")
    nodes, weights = _quadrature(0.0, h, 1.0)
    # Unknowns: the run length from 0 (which has probability of its own) and from each node.
    starts = np.concatenate([[0.0], nodes])
    size = len(starts)
    matrix = np.eye(size)
    matrix[:, 0] -= stats.norm.cdf(k - mu - starts)
    density = stats.norm.pdf(nodes[np.newaxis, :] - starts[:, np.newaxis] + k - mu)
    matrix[:, 1:] -= weights * density
    return _or_endless(lambda: float(np.linalg.solve(matrix, np.ones(size))[0]))


def cusum_two_sided(k: float, h: float, mu: float = 0.0) -> float:
    """Average run length of an upper and a lower CUSUM together (Kemp 1961)."""
    upper, lower = cusum_one_sided(k, h, mu), cusum_one_sided(k, h, -mu)
    rate = 1 / upper + 1 / lower
    return 1 / rate if rate else math.inf


def ewma_two_sided(weight: float, width: float, mu: float = 0.0) -> float:
    """Average run length of an EWMA with constant limits, started at the centre.

    Args:
        weight: share of the newest value, above 0 and at most 1.
        width: limits in standard deviations of the EWMA.
        mu: true mean, in standard deviations.
    """
    _require(0 < weight <= 1, f"The weight must be above 0 and at most 1, not {weight:g}")
    _require(0 < width <= _MOST_H, f"The width must be above 0 and at most 50, not {width:g}")
    _require(abs(mu) <= _MOST_MU, f"The mean must be within 6 standard deviations, not {mu:g}")
    limit = width * math.sqrt(weight / (2 - weight))
    nodes, weights = _quadrature(-limit, limit, weight)
    starts = np.concatenate([[0.0], nodes])
    step = (nodes[np.newaxis, :] - (1 - weight) * starts[:, np.newaxis]) / weight
    kernel = weights * stats.norm.pdf(step - mu) / weight
    size = len(nodes)

    def solved() -> float:
        inner = np.linalg.solve(np.eye(size) - kernel[1:], np.ones(size))
        return float(1 + kernel[0] @ inner)

    return _or_endless(solved)


def cusum_design(run_length: float, shift: float = 1.0, *, sides: int = 2) -> tuple[float, float]:
    """Reference value k and decision interval h with the wanted in-control run length.

    Args:
        run_length: points between false alarms, on average.
        shift: shift of the mean to find fastest, in standard deviations.
        sides: 1 or 2.
    """
    _check_goal(run_length)
    _require(0 < shift <= _MOST_SHIFT, f"The shift must be above 0 and at most 4, not {shift:g}")
    k = shift / 2
    arl = cusum_one_sided if sides == 1 else cusum_two_sided
    return k, _found(lambda h: arl(k, h), run_length, 0.05)


def ewma_design(run_length: float, weight: float = 0.2) -> float:
    """Width of the limits of an EWMA with the wanted in-control run length."""
    _check_goal(run_length)
    return _found(lambda width: ewma_two_sided(weight, width), run_length, 0.3)


def _check_goal(run_length: float) -> None:
    _require(
        5 < run_length <= 1e6,
        f"The run length must be above 5 and at most a million, not {run_length:g}",
    )


def _found(arl: Callable[[float], float], run_length: float, low: float) -> float:
    """The parameter whose run length is the wanted one; the run length rises with it."""
    _require(arl(low) < run_length, "No design has so short a run length for this shift")
    high = low * 2
    while arl(high) < run_length:
        high *= 1.3
    return float(optimize.brentq(lambda x: math.log(arl(x) / run_length), low, high))


def _or_endless(solve: Callable[[], float]) -> float:
    """The run length, or infinity where it is too long for the equations to give it."""
    try:
        length = solve()
    except np.linalg.LinAlgError:
        return math.inf
    return length if 1 - 1e-9 <= length <= _MOST_ARL else math.inf


@cache
def _legendre(nodes: int) -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(nodes)


def _quadrature(low: float, high: float, sd: float) -> tuple[Floats, Floats]:
    wanted = math.ceil(_PER_SD * (high - low) / sd)
    nodes, weights = _legendre(min(_MOST_NODES, max(_LEAST_NODES, wanted)))
    half = (high - low) / 2
    return half * (nodes + 1) + low, half * weights


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ChartError(what, do="give a value in range")
