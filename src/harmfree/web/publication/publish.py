"""Publishing a run: all its rows first, in pieces, then one step that makes it the live one.

Readers see the old run until the last transaction is through; a publication that is killed leaves
rows of a run that nobody sees, and the next publication clears them away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, models, transaction
from django.utils import timezone

from harmfree.programmes.registry import indicator
from harmfree.publish.cube import Cube, containment, cube, rolled_up, variations
from harmfree.publish.reading import LiveRun
from harmfree.publish.worklist import people_of
from harmfree.web.access.scope import Access
from harmfree.web.audit.chain import record
from harmfree.web.dashboards.patterns import pattern
from harmfree.web.organisations.models import Organisation, Succession
from harmfree.web.organisations.tree import forget, tree
from harmfree.web.publication.models import Breakdown, Finding, Person, PublishedRun, Series
from harmfree.web.worklist.sync import sync_cases

Progress = Callable[[str, int, int], None]
Row = TypeVar("Row", bound=models.Model)
PIECE = 2000
KEPT = 2
"""Runs whose rows are kept: the live one and the one before."""
BREAKDOWN_MONTHS = 13


def publish(
    live: LiveRun, progress: Progress = lambda *_: None, access: Access | None = None
) -> PublishedRun:
    """Publish the run of a store's folder; the same run twice changes nothing.

    Args:
        live: the run to publish.
        progress: is told (what, done, total).
        access: who asked, for the audit trail; None for the system.
    """
    there = PublishedRun.objects.filter(
        number=live.info.number, created=live.info.created, state=PublishedRun.State.LIVE
    ).first()
    if there is not None:
        return there
    PublishedRun.objects.filter(state=PublishedRun.State.COMING).delete()
    codes = organisations(live)
    with transaction.atomic():
        PublishedRun.objects.filter(number=live.info.number).delete()
        coming = PublishedRun.objects.create(
            number=live.info.number,
            created=datetime.fromisoformat(live.info.created),
            as_of=live.as_of,
            extract_date=date.fromisoformat(live.info.extract_date),
            dates=[],
            info={"people": live.info.people, "indicators": live.info.indicators}
            | {"versions": live.info.versions, "unmatched_lists": live.info.unmatched_lists},
            rejections=rejections(live),
        )
    _findings(live, coming, codes, progress)
    counts = cube(live)
    _series(counts, coming, codes, progress)
    _breakdowns(live, counts, coming, codes, progress)
    coming.dates = [each.isoformat() for each in counts.dates]
    published = _switch(coming, progress, access)
    _count_rows()
    progress("hiding small numbers", 0, 1)
    pattern(published, tree())  # else the first visitor waits for it
    progress("hiding small numbers", 1, 1)
    return published


def _count_rows() -> None:
    """Let PostgreSQL count what is new: until it does, it plans as if there were hardly a row."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@transaction.atomic
def _switch(coming: PublishedRun, progress: Progress, access: Access | None) -> PublishedRun:
    """Make the run the live one, with its cases: all of it, or none."""
    sync_cases(coming, progress)
    states = PublishedRun.State
    PublishedRun.objects.filter(state=states.LIVE).update(state=states.OLD)
    coming.state, coming.published = states.LIVE, timezone.now()
    coming.save()
    record(access, "run.published", subject=f"run:{coming.number}", as_of=str(coming.as_of))
    old = PublishedRun.objects.filter(state=states.OLD).order_by("-number")[KEPT - 1 :]
    PublishedRun.objects.filter(pk__in=[each.pk for each in old]).delete()
    return coming


def organisations(live: LiveRun) -> dict[int, int]:
    """Bring the organisations up to date; the store's number of each to its key.

    What an administrator has changed here (a name, a parent) stays: records only add what is
    missing and close what they say has closed.
    """
    rows = live.store.sites.to_pylist()
    with transaction.atomic():
        held = {each.code: each for each in Organisation.objects.all()}
        for row in rows:
            if row["id"] not in held:
                held[row["id"]] = Organisation.objects.create(
                    code=row["id"], name=row["name"], kind=row["kind"], valid_from=row["start"]
                )
        for row in rows:
            each, parent = held[row["id"]], held.get(row["parent"] or "")
            if (each.parent_id is None and parent) or (each.valid_to is None and row["end"]):
                each.parent, each.valid_to = each.parent or parent, each.valid_to or row["end"]
                each.save()
            if row["successor"] in held and row["end"]:
                Succession.objects.get_or_create(
                    predecessor=each, successor=held[row["successor"]], defaults={"on": row["end"]}
                )
    forget()
    return {row["site"]: held[row["id"]].pk for row in rows}


def rejections(live: LiveRun) -> list[dict[str, Any]]:
    """The ledger added up by rule, most first."""
    ledger = live.store.ledger()
    if not ledger.num_rows:
        return []
    sums = ledger.group_by("rule").aggregate([("records", "sum")])
    sums = sums.take(pc.sort_indices(sums, sort_keys=[("records_sum", "descending")]))
    return [{"rule": r["rule"], "records": r["records_sum"]} for r in sums.to_pylist()]


def _findings(
    live: LiveRun, coming: PublishedRun, codes: dict[int, int], progress: Progress
) -> None:
    """People in view and their open findings, people first."""
    every = [indicator(name) for name in live.info.indicators]
    shown = [number for number, each in enumerate(every) if each.on_worklist]
    findings = live.table("findings")
    findings = findings.filter(pc.is_in(findings["definition"], pa.array(shown, pa.int16())))
    rows = findings.to_pylist()
    site = {row["person"]: codes[row["site"]] for row in rows}
    people = people_of(live, site)
    _saved(
        Person,
        (
            Person(pseudonym=person, organisation_id=site[person], age=age, sex=sex)
            for person, (age, sex) in people.items()
        ),
        len(people),
        lambda done, total: progress("publishing people", done, total),
        update=["organisation", "age", "sex"],
    )
    events = evidence(live, shown)
    _saved(
        Finding,
        (
            Finding(
                run=coming,
                person_id=row["person"],
                organisation_id=codes[row["site"]],
                indicator=every[row["definition"]].id,
                kind=every[row["definition"]].kind,
                since=row["start"],
                evidence=events.get((row["person"], row["definition"]), []),
            )
            for row in rows
        ),
        len(rows),
        lambda done, total: progress("publishing findings", done, total),
    )


def evidence(live: LiveRun, definitions: list[int]) -> dict[tuple[int, int], list[dict[str, Any]]]:
    """(person, definition) to the events behind the finding, oldest first, as JSON takes them."""
    table = live.table("evidence")
    table = table.filter(pc.is_in(table["definition"], pa.array(definitions, pa.int16())))
    terms = live.store.codes["term"].take(table["code_id"]).to_pylist()
    units = live.store.units.take(table["unit_id"]).select(["comparator", "unit"]).to_pylist()
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    columns = ["person", "definition", "date", "value"]
    for row, term, unit in zip(table.select(columns).to_pylist(), terms, units, strict=True):
        event: dict[str, Any] = {"date": row["date"].isoformat(), "term": term}
        if row["value"] is not None:
            event["value"] = written(unit["comparator"], row["value"], unit["unit"])
        found.setdefault((row["person"], row["definition"]), []).append(event)
    for events in found.values():
        events.sort(key=lambda event: str(event["date"]))
    return found


def written(comparator: str, value: float, unit: str) -> str:
    """A value as people write it; UCUM's unit 1 (a plain number) is left out."""
    said = f"{comparator}{value:.4g} {'' if unit == '1' else unit}"
    return said.strip()


def _series(counts: Cube, coming: PublishedRun, codes: dict[int, int], progress: Progress) -> None:
    verdicts = variations(counts)
    filled = np.argwhere(counts.denominator.any(axis=2))
    _saved(
        Series,
        (
            Series(
                run=coming,
                organisation_id=codes[int(place)],
                indicator=counts.indicators[number],
                denominators=counts.denominator[place, number].tolist(),
                numerators=counts.numerator[place, number].tolist(),
                variation=str(verdicts[place, number]),
            )
            for place, number in filled
        ),
        len(filled),
        lambda done, total: progress("publishing series", done, total),
    )


def _breakdowns(
    live: LiveRun, counts: Cube, coming: PublishedRun, codes: dict[int, int], progress: Progress
) -> None:
    """The last months by sex, age band, ethnicity and deprivation, at places and above."""
    table = live.table("breakdown")
    first = counts.dates[-BREAKDOWN_MONTHS:][0]
    recent = pc.greater_equal(table["date"], pa.scalar(first, pa.date32()))
    # Sites that no place holds are in no breakdown.
    table = table.filter(pc.and_(recent, pc.not_equal(table["area"].cast(pa.string()), "")))
    for name in ("indicator", "area", "dimension", "category"):
        table = table.set_column(
            table.schema.get_field_index(name), name, table[name].cast(pa.string())
        )
    rows = _breakdown_rows(live, table, counts, codes)
    made = [Breakdown(run=coming, **row) for row in rows]
    _saved(
        Breakdown,
        made,
        len(made),
        lambda done, total: progress("publishing breakdowns", done, total),
    )


def _breakdown_rows(
    live: LiveRun, table: pa.Table, counts: Cube, codes: dict[int, int]
) -> Iterator[dict[str, Any]]:
    months = counts.dates[-BREAKDOWN_MONTHS:]
    places = {each.id: each.number for each in live.places.every}
    keys = table.select(["dimension", "category"]).group_by(["dimension", "category"]).aggregate([])
    categories = [(row["dimension"], row["category"]) for row in keys.to_pylist()]
    cells = {each: number for number, each in enumerate(categories)}
    shape = (len(places), len(counts.indicators), len(cells), len(months))
    numbers = {name: i for i, name in enumerate(counts.indicators)}
    at = (
        np.array([places[area] for area in table["area"].to_pylist()], np.intp),
        np.array([numbers[name] for name in table["indicator"].to_pylist()], np.intp),
        np.array(
            [
                cells[pair]
                for pair in zip(
                    table["dimension"].to_pylist(), table["category"].to_pylist(), strict=True
                )
            ],
            np.intp,
        ),
        np.searchsorted(np.array(months, "datetime64[D]"), table["date"].to_numpy()),
    )
    below, above = _rolled(live, shape, at, table)
    for place, number, cell in np.argwhere(below.any(axis=3)):
        yield {
            "organisation_id": codes[int(place)],
            "indicator": counts.indicators[number],
            "dimension": categories[cell][0],
            "category": categories[cell][1],
            "denominators": below[place, number, cell].tolist(),
            "numerators": above[place, number, cell].tolist(),
        }


def _rolled(
    live: LiveRun,
    shape: tuple[int, ...],
    at: tuple[npt.NDArray[np.intp], ...],
    table: pa.Table,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Denominators and numerators of every place: areas are places, what is above adds them up."""
    held = containment(live.places)
    found = []
    for name in ("denominator", "numerator"):
        counts = np.zeros(shape, np.int64)
        np.add.at(counts, at, table[name].to_numpy())
        found.append(rolled_up(counts, held))
    return found[0], found[1]


def _saved(
    model: type[Row],
    rows: Iterable[Row],
    total: int,
    told: Callable[[int, int], None],
    update: list[str] | None = None,
) -> None:
    """Save the rows in pieces, each its own transaction, and tell how far it is."""
    waiting, done = iter(rows), 0
    told(0, total)
    while piece := list(islice(waiting, PIECE)):
        if update:
            model._default_manager.bulk_create(
                piece,
                update_conflicts=True,
                update_fields=update,
                unique_fields=[model._meta.pk.name],
            )
        else:
            model._default_manager.bulk_create(piece)
        done += len(piece)
        told(done, total)
