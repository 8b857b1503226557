"""On everybody with atrial fibrillation of a region, the kernel says what the reference says."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harmfree.periods.engine import OPEN, sweep_bucket
from harmfree.periods.plan import list_names
from harmfree.periods.reference import Evaluator
from harmfree.periods.spans import intersection
from harmfree.periods.stored import bucket_arrays, comparators_of, event_columns, resolved_lists
from harmfree.periods.stored_person import person_record
from harmfree.periods.windows import to_day
from harmfree.programmes import code_folders, indicators
from harmfree.publish import run as running
from harmfree.records import Store


def test_kernel_and_reference_agree(af_home: Path):
    store = Store.open(af_home)
    chosen = indicators(("atrial_fibrillation",))
    as_of = to_day(store.manifest.extract_date)
    plan = running.plan_for(store, chosen, af_home)
    names = sorted(list_names([each.definition for each in chosen]))
    lists = resolved_lists(store, names, code_folders(af_home))
    codes = lists["atrial_fibrillation"].code_ids
    bucket = store.bucket(0, event_columns(plan))
    request = running.Request(
        as_of,
        running.index_dates(as_of, 1),
        store.sites.num_rows,
        np.zeros(store.sites.num_rows, np.int32),
    )
    swept = sweep_bucket(plan, bucket_arrays(bucket, plan), request).runs
    events = np.repeat(np.arange(bucket.person.num_rows), bucket.person["events"].to_numpy())
    held = events[np.isin(bucket.event["code_id"].to_numpy(), codes)]
    whole, comparators = store.bucket(0), comparators_of(store)
    compared = found = 0
    for row in [*np.unique(held).tolist()[:80], *range(0, bucket.person.num_rows, 60)]:
        record = person_record(whole, row, lists, comparators)
        evaluator = Evaluator(record, as_of)
        mine = swept[swept["person"] == row]
        for number, each in enumerate(chosen):
            both = evaluator.periods(each.denominator & each.numerator)
            expected = {
                (place.site, start, OPEN if end > as_of else end)
                for place in record.registrations
                for start, end in intersection(both, [(place.start, place.end or as_of + 1)])
            }
            runs = mine[mine["definition"] == number][["site", "start", "end"]]
            assert {tuple(map(int, run)) for run in runs} == expected, (row, each.id)
            compared += 1
            found += len(expected)
    assert compared > 3000
    assert found > 300
