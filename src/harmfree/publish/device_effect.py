"""What the tests changed: decisions before and after, what came of it, and the cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scipy import stats

from harmfree.improvement.method_evaluation.proportions import wilson
from harmfree.improvement.result import Estimate
from harmfree.publish.device_rows import COST_KINDS, Settings, Test
from harmfree.publish.device_tables import Tables

ANTIBIOTIC = "antibiotic"
"""The decision that means an antibiotic now; `delayed` is a decision of its own."""


@dataclass(frozen=True)
class Decisions:
    """Decisions before and after the result was seen.

    Attributes:
        moves: (before, after) to how many tests, of those with both.
        incomplete: tests without one of the two.
    """

    moves: dict[tuple[str, str], int]
    incomplete: int

    @property
    def total(self) -> int:
        """Tests with both decisions."""
        return sum(self.moves.values())

    @property
    def changed(self) -> int:
        """Tests after which the decision was another."""
        return sum(n for (before, after), n in self.moves.items() if before != after)

    @property
    def share(self) -> Estimate:
        """Share changed, with Wilson's interval."""
        return wilson(self.changed, self.total)

    @property
    def spared(self) -> int:
        """An antibiotic was decided on and not given at once after the result."""
        return sum(n for (b, a), n in self.moves.items() if b == ANTIBIOTIC != a)

    @property
    def added(self) -> int:
        """No antibiotic was decided on, and one was given after the result."""
        return sum(n for (b, a), n in self.moves.items() if b != ANTIBIOTIC == a)

    @property
    def p(self) -> float | None:
        """Exact McNemar test of spared against added; None when neither happened."""
        both = self.spared + self.added
        return float(stats.binomtest(self.spared, both).pvalue) if both else None

    @property
    def sentence(self) -> str:
        """What it means, with what it cannot say."""
        if not self.total:
            return "No test has a decision before and after."
        s = self.share
        return (
            f"The result changed {self.changed} of {self.total} decisions "
            f"({100 * s.value:.0f}%, 95% CI {100 * s.lower:.0f} to {100 * s.upper:.0f}): "
            f"{self.spared} immediate antibiotics spared, {self.added} added. Whoever knows that "
            "the first decision is written down may decide differently: this is no trial."
        )


@dataclass(frozen=True)
class Group:
    """Tests with one result band or one decision, and what happened within 30 days.

    Attributes:
        name: the band or the decision. tests: how many. followed: with an outcome.
        sepsis, admitted, emergency, died: of the followed.
    """

    name: str
    tests: int
    followed: int
    sepsis: int
    admitted: int
    emergency: int
    died: int


@dataclass(frozen=True)
class Costs:
    """Cost of the evaluation in the currency of the table.

    Attributes:
        fixed, by_test, by_control: the three kinds, in total.
        tests: tests run, also those without a result. valid: with one. changed: decisions changed.
    """

    fixed: float
    by_test: float
    by_control: float
    tests: int
    valid: int
    changed: int

    @property
    def total(self) -> float:
        """Everything."""
        return self.fixed + self.by_test + self.by_control

    def per(self, number: int) -> float | None:
        """The total for each of so many; None for none."""
        return self.total / number if number else None

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return vars(self) | {
            "total": self.total,
            "per_test": self.per(self.tests),
            "per_valid_result": self.per(self.valid),
            "per_decision_changed": self.per(self.changed),
        }


def decisions(tests: Sequence[Test]) -> Decisions:
    """Count the moves of tests with a decision before and after."""
    both = [t for t in tests if t.before and t.after]
    return Decisions(dict(Counter((t.before, t.after) for t in both)), len(tests) - len(both))


def by_band(tables: Tables) -> list[Group]:
    """Outcomes by the band between decision levels that the result falls in."""
    names = _bands(tables.settings)
    groups: dict[str, list[Test]] = {name: [] for name in names}
    for test in tables.tests:
        groups.setdefault(_band(test, tables.settings, names), []).append(test)
    return [_group(tables, name, found) for name, found in groups.items() if found]


def _bands(settings: Settings) -> list[str]:
    """Under the first level, from each up to and with the next, over the last."""
    levels = [f"{level:g}" for level in settings.levels]
    if not levels:
        return []
    between = [f"{low} to {high}" for low, high in zip(levels, levels[1:], strict=False)]
    return [f"under {levels[0]}", *between, f"over {levels[-1]}"]


def _band(test: Test, settings: Settings, names: Sequence[str]) -> str:
    """The band; a level itself belongs to the band in the middle, as NICE CG191 has it."""
    found, levels = test.result, settings.levels
    if found.word:
        return found.word
    if not levels:
        return "all results"
    if found.comparator.startswith("<"):
        return names[0] if found.value <= levels[0] else "not certain"
    if found.comparator:
        return names[-1] if found.value >= levels[-1] else "not certain"
    if found.value < levels[0]:
        return names[0]
    if found.value > levels[-1]:
        return names[-1]
    if len(levels) == 1:
        return f"{levels[0]:g} itself"
    place = max(i for i, level in enumerate(levels[:-1]) if found.value >= level)
    return names[1 + place]


def by_decision(tables: Tables) -> list[Group]:
    """Outcomes by the decision after the result."""
    groups: dict[str, list[Test]] = {}
    for test in tables.tests:
        groups.setdefault(test.after or "not recorded", []).append(test)
    return [_group(tables, name, groups[name]) for name in sorted(groups)]


def _group(tables: Tables, name: str, tests: Sequence[Test]) -> Group:
    found = [tables.outcomes[t.test] for t in tests if t.test in tables.outcomes]
    return Group(
        name,
        len(tests),
        len(found),
        sum(each.sepsis is True for each in found),
        sum(each.admitted is True for each in found),
        sum(each.emergency is True for each in found),
        sum(each.died is True for each in found),
    )


def costs(tables: Tables, changed: int) -> Costs | None:
    """What it cost; None without a table of costs."""
    if not tables.costs:
        return None
    sums = dict.fromkeys(COST_KINDS, 0.0)
    for line in tables.costs:
        sums[line.kind] += line.amount
    valid = sum(t.result.word not in ("indeterminate", "missing") for t in tables.tests)
    return Costs(
        sums["fixed"],
        sums["per_test"] * len(tables.tests),
        sums["per_control"] * len(tables.controls),
        len(tables.tests),
        valid,
        changed,
    )
