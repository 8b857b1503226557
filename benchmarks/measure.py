"""Measuring: cases one after another, round after round, so that all meet the same machine."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Taken:
    """What the rounds of one case took: median, least and most wall seconds, processor seconds."""

    wall: float
    least: float
    most: float
    processor: float
    load: float

    def against(self, base: Taken) -> str:
        """The ratios to another case, wall and processor."""
        return f"{self.wall / base.wall:.1f} | {self.processor / base.processor:.1f}"

    def row(self, name: str, base: Taken) -> str:
        """A row of the table."""
        spread = f"{self.least:.2f} to {self.most:.2f}"
        seconds = f"{self.wall:.2f} ({spread}) | {self.processor:.2f}"
        return f"| {name} | {seconds} | {self.against(base)} | {self.load:.1f} |"


HEADER = (
    "| case | wall s, median (range) | processor s | wall x floor | processor x floor | load |\n"
    "|---|---|---|---|---|---|"
)


def seconds(work: Work) -> tuple[float, float]:
    """(wall, processor) seconds of one run; threads count, other processes do not."""
    wall, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return time.perf_counter() - wall, spent


def interleaved(cases: Mapping[str, Work], rounds: int) -> dict[str, Taken]:
    """Run every case once unmeasured, then all of them in each round."""
    for work in cases.values():
        work()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    loads: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, work in cases.items():
            taken[name].append(seconds(work))
            loads[name].append(os.getloadavg()[0])
    return {
        name: Taken(
            wall=statistics.median(wall for wall, _ in times),
            least=min(wall for wall, _ in times),
            most=max(wall for wall, _ in times),
            processor=statistics.median(used for _, used in times),
            load=statistics.median(loads[name]),
        )
        for name, times in taken.items()
    }
