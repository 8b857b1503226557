"""Why a finding is no longer there: asked of the person's own record on the run's last day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import groupby

from harmfree.periods.expressions import Predicate
from harmfree.periods.plan import list_names
from harmfree.periods.record import PersonRecord
from harmfree.periods.reference import Evaluator
from harmfree.periods.stored import comparators_of, resolved_lists
from harmfree.periods.stored_person import person_record
from harmfree.periods.windows import to_day
from harmfree.programmes.indicator import Indicator
from harmfree.programmes.registry import code_folders, indicators
from harmfree.publish.reading import LiveRun
from harmfree.records import Bucket


class Why(StrEnum):
    """Why a finding ended; the text is shown."""

    DIED = "The person died"
    LEFT = "The person left the practice"
    HAZARD_ENDED = "The hazard has ended: the records no longer show it"
    CARE_GIVEN = "The care that was missing has been given"
    NOT_AT_RISK = "The person is no longer in the group at risk"
    NOT_LOOKED_FOR = "The indicator is no longer looked for"
    NOT_IN_RECORDS = "The person is no longer in the records"


def reasons(
    run: LiveRun,
    gone: Mapping[int, Iterable[str]],
    progress: Callable[[int, int], None] = lambda *_: None,
) -> dict[tuple[int, str], Why]:
    """Why each finding that the run no longer has is gone.

    Args:
        run: the run that no longer has them.
        gone: pseudonym to the indicators that were open before.
        progress: told (people done, people in all).
    """
    held = {each.id: each for each in indicators() if each.id in run.info.indicators}
    wanted = {name for names in gone.values() for name in names} & set(held)
    names = sorted(set().union(*(list_names([held[each].definition]) for each in wanted)))
    maps = run.folder.parents[1] / "maps"
    lists = resolved_lists(
        run.store, names, code_folders(run.folder.parents[1]), maps if maps.is_dir() else None
    )
    comparators = comparators_of(run.store)
    found: dict[tuple[int, str], Why] = {}
    for done, (person, bucket, row) in enumerate(_rows(run, gone)):
        progress(done, len(gone))
        if row is None:
            found |= {(person, name): Why.NOT_IN_RECORDS for name in gone[person]}
            continue
        record = person_record(bucket, row, lists, comparators)
        evaluator = Evaluator(record, to_day(run.as_of))
        for name in gone[person]:
            found[person, name] = _why(record, evaluator, held.get(name))
    return found


def _rows(run: LiveRun, people: Iterable[int]) -> Iterator[tuple[int, Bucket, int | None]]:
    """(pseudonym, its bucket, its row there or None), each bucket read once."""
    count = run.store.manifest.bucket_count
    for number, group in groupby(sorted(people, key=lambda p: (p % count, p)), lambda p: p % count):
        bucket = run.store.bucket(number)
        place = {person: row for row, person in enumerate(bucket.person["person"].to_pylist())}
        for person in group:
            yield person, bucket, place.get(person)


def _why(record: PersonRecord, evaluator: Evaluator, each: Indicator | None) -> Why:
    last = evaluator.horizon - 1
    if record.death is not None and record.death <= last:
        return Why.DIED
    if each is None:
        return Why.NOT_LOOKED_FOR
    stays = record.registrations
    here = (stay.start <= last and (stay.end is None or last < stay.end) for stay in stays)
    if not any(here):
        return Why.LEFT
    if not _holds(evaluator, each.denominator):
        return Why.NOT_AT_RISK
    return Why.CARE_GIVEN if each.kind == "gap" else Why.HAZARD_ENDED


def _holds(evaluator: Evaluator, part: Predicate) -> bool:
    """Whether the predicate holds on the last day."""
    return any(start < evaluator.horizon <= end for start, end in evaluator.periods(part))
