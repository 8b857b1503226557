"""The worklist: the open hazards and gaps of one site, a line for each person.

Ranking, stated on every list: most hazards first, then most gaps, then the one open the longest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harmfree.errors import NotFoundError
from harmfree.programmes.indicator import Indicator
from harmfree.programmes.registry import indicator
from harmfree.publish.reading import LiveRun
from harmfree.records.pseudonym import shown

RANKING = "Most hazards first, then most gaps, then the longest open."
SEX = ("unknown", "female", "male", "other")


@dataclass(frozen=True)
class Item:
    """One open hazard or gap of a person, with the events that make it true."""

    indicator: str
    title: str
    kind: str
    since: date
    action: str
    unverified: bool
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One person's line."""

    person: str
    site: str
    age: int | None
    sex: str
    items: tuple[Item, ...]

    @property
    def hazards(self) -> int:
        """How many of the items are hazards."""
        return sum(item.kind == "hazard" for item in self.items)

    @property
    def rank(self) -> tuple[int, int, date, str]:
        """Sort key: see RANKING; the pseudonym decides a tie, so that the order repeats."""
        gaps = len(self.items) - self.hazards
        return -self.hazards, -gaps, min(item.since for item in self.items), self.person


def worklist(run: LiveRun, site: str, only: str | None = None) -> list[Line]:
    """The lines of a site (or of all sites below a network, place, system or region), ranked.

    Raises:
        NotFoundError: no such site. UnknownIndicatorError: no such indicator.
    """
    wanted = _shown_indicators(run, only)
    sites = pa.array(run.places.below(run.places.find(site)), pa.int32())
    findings = run.table("findings")
    numbers = pa.array(list(wanted), pa.int16())
    keep = pc.and_(pc.is_in(findings["site"], sites), pc.is_in(findings["definition"], numbers))
    findings = findings.filter(keep)
    people = findings["person"].unique()
    evidence = run.table("evidence")
    evidence = evidence.filter(pc.is_in(evidence["person"], people.cast(pa.int64())))
    texts = _evidence_texts(run, evidence)
    lines: dict[int, tuple[int, list[Item]]] = {}
    for row in findings.to_pylist():
        each = wanted[row["definition"]]
        item = Item(
            each.id,
            each.title,
            each.kind,
            row["start"],
            each.action,
            each.unverified,
            tuple(texts.get((row["person"], row["definition"]), ())),
        )
        lines.setdefault(row["person"], (row["site"], []))[1].append(item)
    known = people_of(run, lines)
    found = [
        Line(shown(person), run.places.every[at].id, *known[person], tuple(items))
        for person, (at, items) in lines.items()
    ]
    return sorted(found, key=lambda line: line.rank)


def _shown_indicators(run: LiveRun, only: str | None) -> dict[int, Indicator]:
    """The run's indicators that go on worklists, by their number in the run."""
    if only is not None:
        indicator(only)
        if only not in run.info.indicators:
            raise NotFoundError(
                f"The last run did not compute '{only}'.",
                do="Run `harmfree run` for its programme.",
            )
    every = {number: indicator(name) for number, name in enumerate(run.info.indicators)}
    return {
        number: each
        for number, each in every.items()
        if (each.id == only if only else each.on_worklist)
    }


def _evidence_texts(run: LiveRun, evidence: pa.Table) -> dict[tuple[int, int], list[str]]:
    """(person, definition) to its events as text, in order of date."""
    terms = run.store.codes["term"].take(evidence["code_id"])
    units = run.store.units.take(evidence["unit_id"])
    table = evidence.append_column("term", terms)
    for name in ("comparator", "unit"):
        table = table.append_column(name, units[name])
    found: dict[tuple[int, int], list[tuple[date, str]]] = {}
    for row in table.to_pylist():
        text = f"{row['date']} {row['term']}"
        if row["value"] is not None:
            text += f" {row['comparator']}{row['value']:.4g} {row['unit']}".rstrip()
        found.setdefault((row["person"], row["definition"]), []).append((row["date"], text))
    return {key: [text for _, text in sorted(each)] for key, each in found.items()}


def people_of(run: LiveRun, wanted: Iterable[int]) -> dict[int, tuple[int | None, str]]:
    """Age on the last day and sex of the people named, by pseudonym."""
    numbers = np.array(sorted(wanted), np.int64)
    found: dict[int, tuple[int | None, str]] = {}
    for bucket in np.unique(numbers % run.store.manifest.bucket_count):
        table = run.store.bucket(int(bucket), ["date"]).person
        rows = table.filter(pc.is_in(table["person"], pa.array(numbers)))
        for row in rows.select(["person", "birth_date", "sex"]).to_pylist():
            found[row["person"]] = (_age(row["birth_date"], run.as_of), SEX[row["sex"]])
    return found


def _age(birth: date | None, on: date) -> int | None:
    if birth is None:
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
