"""The reference evaluator says, on every day, what the day-by-day definition says."""

from __future__ import annotations

import inspect

from hypothesis import HealthCheck, given, settings

from harmfree.periods import expressions
from harmfree.periods.expressions import Predicate, Quantity
from harmfree.periods.naive import holds
from harmfree.periods.record import PersonRecord
from harmfree.periods.reference import evaluate
from harmfree.periods.spans import contains
from periods.strategies import AS_OF, FIRST, LEAVES, QUANTITIES, predicates, records

BUILT_BY_GROWTH = {"All", "Any", "Not", "Sustained", "Compared", "Score"}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(predicates, records())
def test_reference_agrees_with_the_definition_on_every_day(part: Predicate, record: PersonRecord):
    spans = evaluate(part, record, AS_OF)
    for day in range(FIRST, AS_OF + 1):
        assert contains(spans, day) == holds(part, record, day), day
    assert all(a[1] < b[0] for a, b in zip(spans, spans[1:], strict=False)), "not maximal"


def test_every_kind_of_expression_has_a_strategy():
    kinds = {
        name
        for name, kind in inspect.getmembers(expressions, inspect.isclass)
        if issubclass(kind, Predicate | Quantity) and kind not in (Predicate, Quantity)
    }
    assert kinds == set(LEAVES) - {"issued"} | set(QUANTITIES) | BUILT_BY_GROWTH
