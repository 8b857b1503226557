"""One person's record through all indicators by the reference evaluator: the point of care."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np

from harmfree.periods.reference import Evaluator
from harmfree.periods.stored import comparators_of
from harmfree.periods.stored_person import ListIndex
from harmfree.periods.windows import to_day
from harmfree.programmes.registry import indicators
from harmfree.publish.run import plan_for
from harmfree.records import Store


def run(home: Path, people: int = 200) -> tuple[float, float, float]:
    """Median, 95th percentile and most milliseconds over people drawn at random (seed 1).

    Counted: the record read from the bucket and sorted into lists, and every denominator and
    numerator within it. Not counted, as done once when a service starts: opening the store,
    resolving code lists, noting which lists each code is in, and combining the two predicates.
    """
    store = Store.open(home)
    plan = plan_for(store, indicators(), None)
    index = ListIndex(plan.lists, comparators_of(store))
    asked = [(each.denominator, each.denominator & each.numerator) for each in plan.definitions]
    as_of = to_day(store.manifest.extract_date)
    bucket = store.bucket(0)
    rows = random.Random(1).sample(range(bucket.person.num_rows), people)
    taken = []
    for row in rows:
        started = time.perf_counter()
        evaluator = Evaluator(index.record(bucket, row), as_of)
        for denominator, numerator_within in asked:
            evaluator.periods(denominator)
            evaluator.periods(numerator_within)
        taken.append(1000 * (time.perf_counter() - started))
    median, high, most = np.percentile(taken, [50, 95, 100])
    return float(median), float(high), float(most)
