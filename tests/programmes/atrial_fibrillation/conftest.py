"""A synthetic region with its run, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harmfree.periods.plan import list_names
from harmfree.periods.record import PersonRecord
from harmfree.periods.stored import comparators_of, resolved_lists
from harmfree.periods.stored_person import person_record
from harmfree.programmes import code_folders, indicators
from harmfree.publish.run import RunRequest, run
from harmfree.records import Store
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings

PROGRAMME = ("atrial_fibrillation",)


@pytest.fixture(scope="session")
def af_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a region of 12,000 people and a run of this programme."""
    home = tmp_path_factory.mktemp("af")
    build(Settings(people=12_000, seed=1), home)
    run(home, RunRequest(PROGRAMME, months=13), lambda what, done, total: None)
    return home


@pytest.fixture(scope="session")
def af_people(af_home: Path) -> list[PersonRecord]:
    """Everybody with a code of atrial fibrillation, as the evaluators read a record."""
    return list(_people(Store.open(af_home)))


def _people(store: Store) -> Iterator[PersonRecord]:
    definitions = [each.definition for each in indicators(PROGRAMME)]
    lists = resolved_lists(store, sorted(list_names(definitions)), code_folders())
    codes, comparators = lists["atrial_fibrillation"].code_ids, comparators_of(store)
    wanted = set(codes.tolist())
    for number in store.buckets:
        bucket = store.bucket(number)
        held = bucket.event["code_id"].to_pylist()
        first = 0
        for row, count in enumerate(bucket.person["events"].to_pylist()):
            if wanted.intersection(held[first : first + count]):
                yield person_record(bucket, row, lists, comparators)
            first += count
