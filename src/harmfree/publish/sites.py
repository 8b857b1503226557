"""How many people, hazards and gaps are open at each site."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from harmfree.programmes.registry import indicator
from harmfree.publish.reading import LiveRun


@dataclass(frozen=True)
class SiteCount:
    """What is open at one site today."""

    id: str
    name: str
    people: int
    hazards: int
    gaps: int


def people_by_site(run: LiveRun, only: str | None = None) -> list[SiteCount]:
    """The sites with anything open, by id; UnknownIndicatorError for an unknown `only`."""
    wanted = indicator(only).id if only else None
    kinds = [indicator(name).kind for name in run.info.indicators]
    findings = run.table("findings")
    kind = pa.array([kinds[d] for d in findings["definition"].to_pylist()], pa.string())
    findings = findings.append_column("kind", kind).filter(pc.not_equal(kind, "context"))
    if wanted:
        number = run.info.indicators.index(wanted)
        findings = findings.filter(pc.equal(findings["definition"], number))
    found = []
    for site in sorted(set(findings["site"].to_pylist())):
        mine = findings.filter(pc.equal(findings["site"], site))
        place = run.places.every[site]
        hazards = pc.sum(pc.equal(mine["kind"], "hazard")).as_py()
        people = pc.count_distinct(mine["person"]).as_py()
        found.append(SiteCount(place.id, place.name, people, hazards, mine.num_rows - hazards))
    return sorted(found, key=lambda each: each.id)
