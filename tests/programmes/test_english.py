"""Every kind of expression has English, and it says what the expression means."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from harmfree.periods import (
    aged,
    alive,
    burden,
    contract_year,
    derived,
    distinct,
    ever,
    issued,
    latest,
    months,
    recorded,
    registered,
    score,
    sex,
    started,
    supply,
    sustained,
    together,
    unresolved,
    weeks,
)
from harmfree.periods import expressions as kinds
from harmfree.periods.expressions import Derivation, Predicate, Quantity
from harmfree.programmes import indicators
from harmfree.programmes.english import outline, sentence

A, B = issued("a_list", within=months(3)), ever("b")
TTR = Derivation("ttr", "time in range", ("inr",), lambda seen: np.zeros(len(seen.day)))

SAID = [
    (A, "a list issued in the last 3 months"),
    (~A, "no a list issued in the last 3 months"),
    (~B, "no b recorded"),
    (issued("a", within=months(1)), "a issued in the last month"),
    (issued("a", within=contract_year()), "a issued in this contract year (from 1 April)"),
    (recorded("a", at_least_ago=months(3)), "a recorded at least 3 months ago"),
    (
        issued("a", within=months(6), at_least_ago=weeks(6)),
        "a issued between 6 months and 6 weeks ago",
    ),
    (
        recorded("a", within=months(6), at_least=2, where=(">", 5.0)),
        "a recorded in the last 6 months, with a value over 5, on at least 2 different days",
    ),
    (A & B, "a list issued in the last 3 months and b ever recorded"),
    (~(A | B), "not (a list issued in the last 3 months or b ever recorded)"),
    (aged(at_least=65), "aged 65 or over"),
    (aged(below=55), "aged under 55"),
    (aged(at_least=12, below=55), "aged 12 to 54"),
    (~aged(below=55), "not: aged under 55"),
    (sex("female"), "sex recorded as female"),
    (registered(), "on a site's list"),
    (alive(), "alive"),
    (
        unresolved("a", resolved_by="b"),
        "a ever recorded and no b since (both on one day: a counts)",
    ),
    (
        together("a", "b", days=28, within=months(3)),
        "a and b fewer than 28 days apart, both in the last 3 months",
    ),
    (sustained(B, weeks(6)), "on every day of the last 6 weeks: b ever recorded"),
    (
        started("a", clear=months(6), within=months(3)),
        "a begun in the last 3 months, with none in the 6 months before",
    ),
    (
        latest("egfr", at_least_ago=months(3)) < 45,
        "the latest egfr that is at least 3 months old is under 45",
    ),
    (latest("egfr", within=months(24)) >= 45, "the latest egfr in the last 2 years is at least 45"),
    (score({A: 1, B: 2}) >= 2, "the sum (1 for a list issued in the last 3 months; 2 for b ever "
     "recorded) is at least 2"),
    (distinct("a", within=months(1)) >= 8, "the number of different a in the last month is at "
     "least 8"),
    (burden("a", within=months(1)) <= 3, "the total weight of different a in the last month is at "
     "most 3"),
    (supply("a") > 120, "the daily amount of a supplied is over 120"),
    (derived(TTR) < 65, "time in range is under 65"),
    (derived(TTR, within=months(6)) < 65, "time in range in the last 6 months is under 65"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "said"), SAID, ids=lambda x: x if isinstance(x, str) else "")
def test_sentence(part: Predicate, said: str):
    assert sentence(part) == said


def test_every_kind_of_expression_is_in_the_table():
    seen: set[type] = set()
    for part, _ in SAID:
        _collect(part, seen)
    wanted = {
        kind
        for _, kind in inspect.getmembers(kinds, inspect.isclass)
        if issubclass(kind, Predicate | Quantity) and kind not in (Predicate, Quantity)
    }
    assert wanted <= seen


def _collect(part: object, seen: set[type]) -> None:
    if isinstance(part, Predicate | Quantity):
        seen.add(type(part))
    for value in vars(part).values() if hasattr(part, "__dict__") else part:
        if isinstance(value, Predicate | Quantity | tuple):
            _collect(value, seen)


def test_outline_of_parts_and_of_a_score():
    assert outline(A & (B | ~(A & B))) == [
        "all of:",
        "  a list issued in the last 3 months",
        "  any of:",
        "    b ever recorded",
        "    not all of:",
        "      a list issued in the last 3 months",
        "      b ever recorded",
    ]
    assert outline(score({A | B: 1, ~B: 2}) >= 2) == [
        "at least 2 points from:",
        "  1 point for any of:",
        "    a list issued in the last 3 months",
        "    b ever recorded",
        "  2 points for no b recorded",
    ]


def test_only_a_score_is_said_shorter():
    assert sentence(score({B: 2}) >= 2, short=True) == "at least 2 points from:"
    assert sentence(latest("egfr") < 60, short=True) == sentence(latest("egfr") < 60)


def test_every_indicator_has_english():
    for each in indicators():
        assert outline(each.denominator)
        assert outline(each.numerator)
