"""Simulated roll-outs with a known effect."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from harmfree.improvement.evaluation.panel import Panel


def simulate(
    seed: int, *, sites: int = 30, months: int = 30, full: float = -0.3, never: int = 3
) -> Panel:
    """Sites that go live between months 8 and 18; log ratio `full` reached after 6 months.

    Sites differ (SD 0.3 on the log scale), all share a trend and a season, and each wanders
    (SD 0.1, autocorrelation 0.5).
    """
    generator = np.random.default_rng(seed)
    base = generator.normal(math.log(0.08), 0.3, sites)
    live = generator.integers(8, 19, sites).astype(float)
    live[:never] = np.nan
    calendar = np.cumsum(generator.normal(-0.003, 0.01, months))
    calendar += 0.08 * np.sin(np.arange(months) / 12 * 2 * np.pi)
    size = generator.integers(150, 600, sites)
    rows = []
    for site in range(sites):
        wander = generator.normal(0, 0.1)
        for month in range(months):
            wander = 0.5 * wander + generator.normal(0, 0.1 * math.sqrt(0.75))
            since = month - live[site]
            effect = full * min(since, 6) / 6 if since >= 0 else 0.0
            mean = size[site] * math.exp(base[site] + calendar[month] + effect + wander)
            rows.append((f"s{site:02}", month, generator.poisson(mean), size[site], since))
    names, period, events, whole, since = zip(*rows, strict=True)
    columns = [np.array(v, dtype=float) for v in (period, events, whole, since)]
    return Panel(list(names), columns[0], np.minimum(columns[1], columns[2]), *columns[2:])


@pytest.fixture(scope="session")
def roll_out() -> Callable[..., Panel]:
    """The simulator."""
    return simulate
