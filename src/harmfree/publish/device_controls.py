"""Quality control of devices: Westgard rules, and the state that each test was run in.

A control is judged when it is measured, on what was known then. From a control that breaks a
rejection rule the device is out of control until the next run without one; a test in between was
run under failed control.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, stdev
from typing import Literal

import numpy as np

from harmfree.improvement.method_evaluation import westgard
from harmfree.improvement.method_evaluation.westgard import Controls, violations
from harmfree.improvement.result import Result
from harmfree.publish.device_rows import Control, Test

LONGEST_RULE = 10
"""10x looks back furthest of the classical six rules."""
State = Literal["in control", "failed", "none recent", "none"]


@dataclass(frozen=True)
class Run:
    """Controls of one device that belong together, at the time of the last of them."""

    at: datetime
    failed: bool


@dataclass(frozen=True)
class DeviceControls:
    """One device's controls.

    Attributes:
        device: its serial number. result: Westgard rules over all of them.
        runs: by time, each judged on what was known then.
        imprecision: (material, number of controls, mean, coefficient of variation in per cent;
            None with fewer than two).
    """

    device: str
    result: Result
    runs: tuple[Run, ...]
    imprecision: tuple[tuple[str, int, float, float | None], ...]


def judged(controls: Sequence[Control]) -> list[DeviceControls]:
    """Every device with controls, by its serial number; `controls` ascending by time."""
    names = sorted({each.device for each in controls})
    return [_device(name, [c for c in controls if c.device == name]) for name in names]


def _device(name: str, mine: list[Control]) -> DeviceControls:
    runs: dict[str, Run] = {}
    for i, each in enumerate(mine):
        failed = _rejects(mine, i)
        before = runs.get(each.run)
        runs[each.run] = Run(each.at, failed or (before is not None and before.failed))
    return DeviceControls(
        name,
        westgard.evaluate(_standardised(mine)),
        tuple(sorted(runs.values(), key=lambda run: run.at)),
        _imprecision(mine),
    )


def _standardised(mine: Sequence[Control]) -> Controls:
    return Controls(
        np.array([each.z for each in mine]),
        [each.run for each in mine],
        [each.material for each in mine],
    )


def _rejects(mine: Sequence[Control], last: int) -> bool:
    """Whether the control in this place completes a rule that rejects (1-2s only warns)."""
    rows = _looked_back(mine, last)
    rules: tuple[str, ...] = westgard.RULES
    if len({each.material for each in mine}) == 3:
        rules = (*rules, *westgard.THREE_MATERIALS)
    found = violations(_standardised([mine[i] for i in rows]), rules)
    return any(v.kind != "warning" and len(rows) - 1 in v.rows for v in found)


def _looked_back(mine: Sequence[Control], last: int) -> list[int]:
    """The controls that any rule looks at: of its run, and the last ten of its material."""
    each = mine[last]
    material = [i for i in range(last + 1) if mine[i].material == each.material]
    run = [i for i in range(last + 1) if mine[i].run == each.run]
    return sorted({*material[-LONGEST_RULE:], *run})


def _imprecision(mine: Sequence[Control]) -> tuple[tuple[str, int, float, float | None], ...]:
    found = []
    for material in sorted({each.material for each in mine}):
        values = [each.value for each in mine if each.material == material]
        spread = 100 * stdev(values) / mean(values) if len(values) > 1 and mean(values) else None
        found.append((material, len(values), mean(values), spread))
    return tuple(found)


def state_of(test: Test, devices: Sequence[DeviceControls], hours: float) -> State:
    """What quality control said of the device when the test was run.

    Args:
        test: the test. devices: as `judged` gives them. hours: how long a control covers tests.
    """
    runs = next((each.runs for each in devices if each.device == test.device), ())
    place = bisect_right([run.at for run in runs], test.at)
    if not place:
        return "none"
    latest = runs[place - 1]
    if latest.failed:
        return "failed"
    return "in control" if test.at - latest.at <= timedelta(hours=hours) else "none recent"
