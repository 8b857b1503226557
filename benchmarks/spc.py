"""How long XmR charts with the Making Data Count rules take for many series, without pictures.

    python benchmarks/spc.py [SERIES [MONTHS]]

Compares the batch with one chart at a time on the same made-up series, after checking that both
give the same limits and verdicts. Ten rounds after two warm-ups; the median and the spread are
printed. One chart at a time is measured on a hundredth of the series and scaled up.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from harmfree.improvement.spc import icons
from harmfree.improvement.spc.arrays import Floats
from harmfree.improvement.spc.batch import xmr_batch
from harmfree.improvement.spc.chart import control_chart
from harmfree.improvement.spc.series import Series, Settings

ROUNDS, WARM_UPS = 10, 2


def made_up(series: int, months: int) -> Floats:
    """Rates about their own levels; one series in four has a step, one value in 50 is missing."""
    rng = np.random.default_rng(20261123)
    values = rng.normal(rng.uniform(5, 100, (series, 1)), 4.0, (series, months))
    stepped = rng.random(series) < 0.25
    values[stepped, months // 2 :] += 8.0
    values[rng.random(values.shape) < 0.02] = np.nan
    return values


def timed(work: Callable[[], object], rounds: int) -> list[float]:
    """Seconds of each round after the warm-ups."""
    for _ in range(WARM_UPS):
        work()
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return found


def one_at_a_time(values: Floats, target: Floats) -> list[tuple[str, str | None]]:
    """Verdicts of each row, a chart for each."""
    found = []
    for row, aim in zip(values, target, strict=True):
        chart = control_chart("xmr", Series(row), Settings("down", float(aim)))
        found.append((icons.variation(chart), icons.assurance(chart)))
    return found


def main() -> None:
    series = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    values = made_up(series, months)
    target = np.nanmean(values, axis=1) * 0.8
    few = max(1, series // 100)
    batch = xmr_batch(values, improve="down", target=target)
    single = one_at_a_time(values[:few], target[:few])
    agreed = [
        (v, a or None) for v, a in zip(batch.variation[:few], batch.assurance[:few], strict=True)
    ]
    if agreed != single:
        raise SystemExit("the batch and the single charts disagree")
    together = timed(lambda: xmr_batch(values, improve="down", target=target), ROUNDS)
    apart = timed(lambda: one_at_a_time(values[:few], target[:few]), 3)
    signals = float((batch.variation != "common_cause").mean())
    print(f"{series:,} series of {months} months, {signals:.0%} with a special cause at the end")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"NumPy {np.__version__}")  # fmt: skip
    print(f"batch: median {statistics.median(together):.3f} s, "
          f"{min(together):.3f} to {max(together):.3f} s")  # fmt: skip
    scaled = statistics.median(apart) * series / few
    print(f"one at a time: about {scaled:.1f} s (from {few} series), "
          f"{scaled / statistics.median(together):.0f} times as long")  # fmt: skip


if __name__ == "__main__":
    main()
