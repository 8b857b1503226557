"""The kernel says, of every person and day, what the reference evaluator says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmfree.periods.definition import Definition
from harmfree.periods.engine import OPEN, Request, Swept, sweep_bucket
from harmfree.periods.expressions import Predicate, Registered
from harmfree.periods.plan import Plan, list_names, make_plan
from harmfree.periods.record import PersonRecord
from harmfree.periods.reference import Evaluator
from harmfree.periods.spans import contains, intersection
from harmfree.periods.tallies import Totals
from periods.buckets import COMPARATORS, World
from periods.strategies import AS_OF, FIRST, predicates, records

INDEX = np.arange(FIRST, AS_OF + 1, 9, dtype=np.int32)
REQUEST = Request(AS_OF, INDEX, sites=3, areas=np.zeros(3, np.int32))


def planned(definitions: list[Definition], people: list[PersonRecord]) -> tuple[Plan, World]:
    world = World(people, list_names(definitions))
    return make_plan(definitions, world.lists(), len(world.codes), COMPARATORS), world


def swept(definitions: list[Definition], people: list[PersonRecord], as_of: int = AS_OF) -> Swept:
    plan, world = planned(definitions, people)
    found = sweep_bucket(plan, world.bucket(), replace(REQUEST, as_of=as_of))
    return replace(found, runs=found.runs.copy(), evidence=found.evidence.copy())


def counts(definitions: list[Definition], people: list[PersonRecord]) -> np.ndarray:
    """int64[site, 2 * definition + (0 denominator, 1 numerator), index date]."""
    plan, world = planned(definitions, people)
    totals = Totals(len(plan.tables.tallied), REQUEST.sites, len(INDEX))
    totals.add(sweep_bucket(plan, world.bucket(), REQUEST).sites)
    return totals.counts()[plan.tallies].transpose(1, 0, 2)


def by_reference(definition: Definition, record: PersonRecord) -> set[tuple[int, int, int]]:
    """(site, start, end) of each numerator period, cut to the registrations."""
    evaluator = Evaluator(record, AS_OF)
    both = evaluator.periods(definition.denominator & definition.numerator)
    found = set()
    for place in record.registrations:
        end = AS_OF + 1 if place.end is None else min(place.end, AS_OF + 1)
        for start, stop in intersection(both, [(place.start, end)] if place.start < end else []):
            found.add((place.site, start, OPEN if stop > AS_OF else stop))
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(predicates, predicates), min_size=1, max_size=4),
    st.lists(records(), min_size=1, max_size=3),
)
def test_kernel_agrees_with_the_reference(
    pairs: list[tuple[Predicate, Predicate]], people: list[PersonRecord]
):
    definitions = [Definition(f"d{i}", *pair) for i, pair in enumerate(pairs)]
    found, counted = swept(definitions, people), counts(definitions, people)
    for number, definition in enumerate(definitions):
        for p, record in enumerate(people):
            runs = found.runs[(found.runs["person"] == p) & (found.runs["definition"] == number)][
                ["site", "start", "end"]
            ]
            assert {tuple(map(int, run)) for run in runs} == by_reference(definition, record)
        check_counts(counted, number, definition, people)


def check_counts(
    counted: np.ndarray, number: int, definition: Definition, people: list[PersonRecord]
):
    parts = (definition.denominator, definition.denominator & definition.numerator)
    for side, part in enumerate(parts):
        expected = np.zeros((3, len(INDEX)), int)
        for record in people:
            evaluator = Evaluator(record, AS_OF)
            spans = intersection(evaluator.periods(part), evaluator.periods(Registered()))
            for i, day in enumerate(INDEX):
                if contains(spans, day):
                    expected[site_on(record, day), i] += 1
        assert (counted[:, 2 * number + side] == expected).all()


def site_on(record: PersonRecord, day: int) -> int:
    return next(
        r.site for r in record.registrations if r.start <= day and (r.end is None or day < r.end)
    )
