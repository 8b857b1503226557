"""What each board's results are made of: the publish functions, as JSON takes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from harmfree.improvement.result import plain_values
from harmfree.programmes.atrial_fibrillation.tables import prevalence
from harmfree.publish.af_areas import LEVELS
from harmfree.publish.af_arms import arms
from harmfree.publish.af_devices import device_yield
from harmfree.publish.af_expected import expected, list_counts
from harmfree.publish.af_landscape import Assumptions
from harmfree.publish.af_warfarin import control
from harmfree.publish.falls_rates import falls_rates
from harmfree.publish.fracture_risk import Asked, SiteCount, fracture_risk
from harmfree.publish.reading import LiveRun
from harmfree.publish.stewardship import stewardship
from harmfree.web.boards import pharmacist_results  # noqa: F401 - registers its builder
from harmfree.web.boards.results import Made, Work, builds
from harmfree.web.organisations.tree import tree

AF, FALLS, FRACTURE, ANTIBIOTICS = "af", "falls", "fracture", "antibiotics"
FRACTURE_PEOPLE = "fracture-people"
MONTHS = 24
RISK_BANDS = (0.0, 5.0, 10.0, 20.0)
"""Lower ends of the bands of ten-year osteoporotic risk, per cent; the last is open."""
MOST_LISTED = 2_000
"""People on one site's list, the highest risk first."""


def levels_of(live: LiveRun) -> list[str]:
    """Levels of practices and above that the records have."""
    kinds = {each.kind for each in live.places.every}
    return [each for each in LEVELS if each in kinds]


@builds(AF)
def atrial_fibrillation(work: Work) -> Iterator[Made]:
    """People expected by list, device yield, control of warfarin and arms, at every level."""
    live = work.live
    bands = tuple(each for each in prevalence() if each.rates == Assumptions().rates)
    people = expected(list_counts(live, work.run.index_dates[-1]), bands)
    content: dict[str, Any] = {
        "expected": {each.id: float(people[each.number]) for each in live.places.every},
        "devices": [],
        "control": [],
        "arms": [],
    }
    levels = levels_of(live)
    for number, level in enumerate(levels):
        work.progress("atrial fibrillation", number, len(levels))
        devices, compared = device_yield(live, level), arms(live, level)
        content["devices"] += [asdict(each) for each in devices.rows]
        content["control"] += [asdict(each) for each in control(live, level)[1]]
        content["arms"] += [asdict(each) for each in compared.rows]
        content |= {
            "since": devices.since.isoformat(),
            "until": devices.until.isoformat(),
            "follow_days": devices.follow_days,
            "note": compared.note,
        }
    yield Made(plain_values(content))


@builds(FALLS)
def falls(work: Work) -> Iterator[Made]:
    """Falls, injuries and bed days of every home, month by month."""
    homes = falls_rates(Path(settings.HOME), MONTHS, as_of=work.live.as_of)
    yield Made(
        {
            each.home: [
                {
                    "month": month.month.isoformat(),
                    "falls": month.falls,
                    "injuries": month.injuries,
                    "bed_days": month.bed_days,
                    "residents": month.residents,
                    "fallers": month.fallers,
                }
                for month in each.months
            ]
            for each in homes
        }
    )


@builds(FRACTURE)
def fractures(work: Work) -> Iterator[Made]:
    """QFracture of every practice, and for each the list of people at high risk."""
    asked = Asked(as_of=work.live.as_of)
    found = fracture_risk(Path(settings.HOME), asked, work.progress)
    by_code = tree().by_code
    sites = np.array(found.people["site"].to_pylist())
    rows: dict[str, dict[str, Any]] = {}
    for each in found.sites:
        people = found.people.filter(pa.array(sites == each.site))
        rows[each.site] = _site(each, people)
        if each.site in by_code:
            yield Made(_listed(people), by_code[each.site].id, name=FRACTURE_PEOPLE)
    yield Made(
        {
            "sites": rows,
            "threshold": found.threshold,
            "outside": found.outside,
            "notes": list(found.notes),
        }
    )


def _site(count: SiteCount, people: pa.Table) -> dict[str, Any]:
    risk = people["osteoporotic_pct"].to_numpy()
    scored = risk[np.isfinite(risk)]
    # digitize gives 1 for the first band.
    bands = np.bincount(np.digitize(scored, RISK_BANDS) - 1, minlength=len(RISK_BANDS))
    return {
        "people": count.people,
        "scored": count.scored,
        "above": count.above,
        "high": count.high,
        "mean": count.mean,
        "missing": count.missing,
        "bands": bands.tolist(),
    }


def _listed(people: pa.Table) -> list[dict[str, Any]]:
    """People at high risk; `person` is the pseudonym as it is shown."""
    columns = ["person", "age", "sex", "osteoporotic_pct", "hip_pct", "missing", "approximated"]
    chosen = people.filter(pc.equal(people["high"], True)).slice(0, MOST_LISTED)
    found: list[dict[str, Any]] = plain_values(chosen.select(columns).to_pylist())
    return found


@builds(ANTIBIOTICS)
def antibiotics(work: Work) -> Iterator[Made]:
    """Volume and choice of antibiotics at every practice, month by month, as counts."""
    found = stewardship(Path(settings.HOME), "practice", months=12, as_of=work.live.as_of)
    yield Made(
        {
            "unplaced": found.unplaced,
            "sites": {
                site.id: [plain_values(_volume(month)) for month in site.months]
                for site in found.sites
            },
        }
    )


def _volume(month: Any) -> dict[str, Any]:
    """One month of a site; consultations by infection as (all, with an antibiotic)."""
    counts = {
        name: value for name, value in vars(month).items() if name not in ("month", "consulted")
    }
    seen = {
        each.infection.infection: [each.consultations, each.treated] for each in month.consulted
    }
    return counts | {"month": month.month.isoformat(), "consulted": seen}
