"""Whether each test was run as it should be: operator, lot, device, control, identity, record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from harmfree.improvement.method_evaluation.proportions import wilson
from harmfree.improvement.result import Estimate
from harmfree.publish.device_controls import DeviceControls, state_of
from harmfree.publish.device_rows import Test
from harmfree.publish.device_tables import Tables

MOST_NAMED = 50
"""Tests that a page names for one fault; the JSON has all."""


@dataclass(frozen=True)
class Fault:
    """One thing that can be wrong with a test.

    Attributes:
        name: for programs. title: for people.
        tests: ids of the tests with it. total: tests for which it can be said.
    """

    name: str
    title: str
    tests: tuple[str, ...]
    total: int

    @property
    def share(self) -> Estimate:
        """Share of the tests with Wilson's interval."""
        return wilson(len(self.tests), self.total)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        named = {"name": self.name, "title": self.title, "count": len(self.tests)}
        return named | {"total": self.total, "tests": list(self.tests)} | self.share.as_dict()


def faults(tables: Tables, devices: Sequence[DeviceControls]) -> list[Fault]:
    """Every kind of fault, in the order of the work; also those that nobody has."""
    tests = tables.tests
    state = {t.test: state_of(t, devices, tables.settings.control_hours) for t in tests}
    told = [t for t in tests if t.transmitted is not None]
    checked = [t for t in tests if t.identity is not None]
    with_lot = [t for t in tests if t.lot]
    hours = f"{tables.settings.control_hours:g}"
    parts: list[tuple[str, str, Iterable[Test], Sequence[Test]]] = [
        ("no_operator", "No operator recorded", (t for t in tests if not t.operator), tests),
        ("untrained", "Operator never trained, or not on the list",
         (t for t in tests if t.operator and _untrained(tables, t)), tests),
        ("training_expired", "Operator's training out of date that day",
         (t for t in tests if _expired(tables, t)), tests),
        ("unknown_device", "Device not on the list, or not in service that day",
         (t for t in tests if not _in_service(tables, t)), tests),
        ("unknown_lot", "Lot not on the list",
         (t for t in with_lot if t.lot not in tables.lots), with_lot),
        ("lot_expired", "Lot out of date that day",
         (t for t in with_lot if _lot_expired(tables, t)), with_lot),
        ("failed_control", "Run while quality control had failed",
         (t for t in tests if state[t.test] == "failed"), tests),
        ("no_recent_control", f"No quality control in the {hours} hours before",
         (t for t in tests if state[t.test] in ("none", "none recent")), tests),
        ("no_result", "No valid result",
         (t for t in tests if t.result.word in ("indeterminate", "missing")), tests),
        ("not_transmitted", "Result did not reach the record",
         (t for t in told if not t.transmitted), told),
        ("identity", "Identity not checked", (t for t in checked if not t.identity), checked),
    ]  # fmt: skip
    return [
        Fault(name, title, tuple(t.test for t in found), len(whole))
        for name, title, found, whole in parts
    ]


def _untrained(tables: Tables, test: Test) -> bool:
    """Not on the list, no day of training, or trained only later."""
    who = tables.operators.get(test.operator)
    return who is None or who.trained is None or who.trained > test.at.date()


def _expired(tables: Tables, test: Test) -> bool:
    """Trained once, and past the last day on which that holds."""
    who = tables.operators.get(test.operator)
    if who is None or who.expires is None or _untrained(tables, test):
        return False
    return who.expires < test.at.date()


def _in_service(tables: Tables, test: Test) -> bool:
    device, day = tables.devices.get(test.device), test.at.date()
    if device is None or (device.start is not None and day < device.start):
        return False
    return device.end is None or day < device.end


def _lot_expired(tables: Tables, test: Test) -> bool:
    lot = tables.lots.get(test.lot)
    return lot is not None and lot.expiry < test.at.date()
