"""Average run lengths of CUSUM and EWMA charts, and designs that have a wanted run length.

The average run length from a start s solves L(s) = 1 + integral of L(t) f(t | s) dt (Page 1954;
Brook and Evans 1972; Crowder 1987 for EWMA), here by Gauss-Legendre quadrature (Nyström's
method). Values are standardised: mean 0 in control, standard deviation 1, shifted by `mu`.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy import optimize, stats

from harmfree.improvement.spc.arrays import Floats
from harmfree.improvement.spc.errors import ChartError

_NODES = 80


def cusum_one_sided(k: float, h: float, mu: float = 0.0) -> float:
    """Average run length of the upper CUSUM max(0, C + z - k), signal above h, started at 0.

    Args:
        k: reference value, half the shift to find, in standard deviations.
        h: decision interval, in standard deviations.
        mu: true mean, in standard deviations.
    """
    _require(h > 0, f"The decision interval must be above zero, not {h:g}")
    nodes, weights = _quadrature(0.0, h)
    # Unknowns: the run length from 0 (which has probability of its own) and from each node.
    starts = np.concatenate([[0.0], nodes])
    size = len(starts)
    matrix = np.eye(size)
    matrix[:, 0] -= stats.norm.cdf(k - mu - starts)
    density = stats.norm.pdf(nodes[np.newaxis, :] - starts[:, np.newaxis] + k - mu)
    matrix[:, 1:] -= weights * density
    return float(np.linalg.solve(matrix, np.ones(size))[0])


def cusum_two_sided(k: float, h: float, mu: float = 0.0) -> float:
    """Average run length of an upper and a lower CUSUM together (Kemp 1961)."""
    upper, lower = cusum_one_sided(k, h, mu), cusum_one_sided(k, h, -mu)
    return 1 / (1 / upper + 1 / lower)


def ewma_two_sided(weight: float, width: float, mu: float = 0.0) -> float:
    """Average run length of an EWMA with constant limits, started at the centre.

    Args:
        weight: share of the newest value, above 0 and at most 1.
        width: limits in standard deviations of the EWMA.
        mu: true mean, in standard deviations.
    """
    _require(0 < weight <= 1, f"The weight must be above 0 and at most 1, not {weight:g}")
    _require(width > 0, f"The width must be above zero, not {width:g}")
    limit = width * math.sqrt(weight / (2 - weight))
    nodes, weights = _quadrature(-limit, limit)
    starts = np.concatenate([[0.0], nodes])
    step = (nodes[np.newaxis, :] - (1 - weight) * starts[:, np.newaxis]) / weight
    kernel = weights * stats.norm.pdf(step - mu) / weight
    inner = np.linalg.solve(np.eye(len(nodes)) - kernel[1:], np.ones(len(nodes)))
    return float(1 + kernel[0] @ inner)


def cusum_design(run_length: float, shift: float = 1.0, *, sides: int = 2) -> tuple[float, float]:
    """Reference value k and decision interval h with the wanted in-control run length.

    Args:
        run_length: points between false alarms, on average.
        shift: shift of the mean to find fastest, in standard deviations.
        sides: 1 or 2.
    """
    _require(run_length > 5, "The run length must be more than 5")
    _require(shift > 0, "The shift must be above zero")
    k = shift / 2
    arl = cusum_one_sided if sides == 1 else cusum_two_sided
    h = optimize.brentq(
        lambda h: math.log(arl(k, h) / run_length), 0.05, _highest(arl, k, run_length)
    )
    return k, float(h)


def ewma_design(run_length: float, weight: float = 0.2) -> float:
    """Width of the limits of an EWMA with the wanted in-control run length."""
    _require(run_length > 5, "The run length must be more than 5")
    found = optimize.brentq(lambda c: math.log(ewma_two_sided(weight, c) / run_length), 0.3, 6.0)
    return float(found)


def _highest(arl: object, k: float, run_length: float) -> float:
    """A decision interval whose run length is more than the wanted one."""
    h = 1.0
    while h < 200 and arl(k, h) < run_length:  # type: ignore[operator]
        h *= 1.6
    return h


@cache
def _legendre() -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(_NODES)


def _quadrature(low: float, high: float) -> tuple[Floats, Floats]:
    nodes, weights = _legendre()
    half = (high - low) / 2
    return half * (nodes + 1) + low, half * weights


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ChartError(what, do="give a value in range")
