"""The worked examples of every programme, run with the reference evaluator and with the kernel."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from harmfree.periods import alive, registered
from harmfree.periods.engine import OPEN, Request, sweep_bucket
from harmfree.periods.plan import list_names, make_plan
from harmfree.periods.record import PersonRecord, Registration
from harmfree.periods.reference import Evaluator, evaluate
from harmfree.periods.spans import intersection
from harmfree.periods.table import read_record, write_spans
from harmfree.periods.windows import to_day
from harmfree.programmes import Indicator, indicator, indicators
from harmfree.programmes.examples import AS_OF, Example, examples
from periods.buckets import COMPARATORS, World

LAST = to_day(AS_OF)
ALL = [example for each in examples().values() for example in each]
INSIDE = [
    next(example for example in each if example.periods)
    for each in examples().values()
    if any(example.periods for example in each)
]


def periods(indicator_: Indicator, record: PersonRecord) -> tuple[str, ...]:
    counted = registered() & alive() & indicator_.denominator & indicator_.numerator
    return tuple(write_spans(evaluate(counted, record, LAST), LAST))


@pytest.mark.parametrize("example", ALL, ids=lambda e: f"{e.indicator}: {e.says}")
def test_example(example: Example):
    assert periods(indicator(example.indicator), read_record(example.record)) == example.periods


def bounds(text: str) -> tuple[int, int]:
    found = re.match(r"(\S+) (?:to (\S+)|on)", text)
    assert found
    return to_day(found[1]), to_day(found[2]) if found[2] else LAST + 1


@pytest.mark.parametrize("example", INSIDE, ids=lambda e: e.indicator)
def test_death_ends_the_period(example: Example):
    start, end = bounds(example.periods[0])
    day = (start + end) // 2
    found = evaluate(
        registered() & alive() & _both(example),
        replace(read_record(example.record), death=day),
        LAST,
    )
    assert list(found) == [(start, day)] if day > start else not list(found)


@pytest.mark.parametrize("example", INSIDE, ids=lambda e: e.indicator)
def test_leaving_the_practice_ends_the_period(example: Example):
    start, end = bounds(example.periods[0])
    day = (start + end) // 2
    record = read_record(example.record)
    left = replace(record, registrations=(Registration(1, record.registrations[0].start, day),))
    found = evaluate(registered() & alive() & _both(example), left, LAST)
    assert list(found) == [(start, day)] if day > start else not list(found)


def _both(example: Example):
    found = indicator(example.indicator)
    return found.denominator & found.numerator


def test_the_kernel_agrees_on_every_example_for_every_indicator():
    held = indicators()
    definitions = [each.definition for each in held]
    people = [read_record(example.record) for example in ALL]
    world = World(people, list_names(definitions))
    plan = make_plan(definitions, world.lists(), len(world.codes), COMPARATORS)
    request = Request(LAST, np.array([LAST], np.int32), sites=3, areas=np.zeros(3, np.int32))
    swept = sweep_bucket(plan, world.bucket(), request)
    kernel: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for run in swept.runs:
        stop = LAST + 1 if run["end"] == OPEN else int(run["end"])
        found = kernel.setdefault((int(run["person"]), int(run["definition"])), [])
        found.append((int(run["start"]), stop))
    for number, person in enumerate(people):
        evaluator = Evaluator(person, LAST)
        on_list = evaluator.periods(registered())
        for place, each in enumerate(held):
            # All that the kernel found, and one in twelve of the rest: all would take minutes.
            if (number, place) not in kernel and (number + place) % 12:
                continue
            both = evaluator.periods(each.denominator & each.numerator)
            expected = list(intersection(both, on_list))
            assert sorted(kernel.get((number, place), [])) == expected, (ALL[number], each.id)


def test_every_worklist_indicator_has_an_example_in_and_one_out():
    for each in indicators():
        shown = examples().get(each.id, ())
        assert any(example.periods for example in shown), each.id
        assert any(not example.periods for example in shown), each.id
