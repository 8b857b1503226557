"""`harmfree fracture-risk`: QFracture-2012 for everybody at a site, and the funnel of care."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harmfree.cli.output import print_json, print_table, progress

if TYPE_CHECKING:
    from harmfree.publish.fracture_risk import FractureRisk

SITE_HEADS = ("site", "name", "people", "scored", "at or above", "high", "mean %", "missing")
SHORT = (
    "person", "site", "age", "sex", "osteoporotic_pct", "hip_pct", "high", "missing",
    "bmi_days", "smoking_days", "alcohol_days", "conditions", "nogg_band_of_frax",
)  # fmt: skip
LEVELS = ["site", "network", "place", "system", "region"]


@click.command()
@click.option("--site", default="", help="Id of a practice, network, place, system or region.")
@click.option("--threshold", type=float, default=10.0, show_default=True,
              help="Per cent of an osteoporotic fracture in ten years: a setting.")  # fmt: skip
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Last day (default: extract's).")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table",
              show_default=True, help="How to print it.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--top", type=click.IntRange(1), help="Only so many people.")
@click.option("--funnel", is_flag=True, help="Screened, to assess, high risk, reviewed, treated.")
@click.option("--by", type=click.Choice(LEVELS), default="place", show_default=True,
              help="With --funnel: a line for each of these.")  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path),
              help="With --funnel: write the picture (.svg, .html, .png or .csv).")  # fmt: skip
def command(form: str, as_json: bool, funnel: bool, out: Path | None, **asked: Any) -> None:
    """The ten-year fracture risk of everybody at a site, from the last known inputs.

    \b
    harmfree fracture-risk --site ZP0001 --threshold 10 --format csv
    harmfree fracture-risk                     a line for each practice
    harmfree fracture-risk --funnel -o f.svg   who is screened, reviewed and treated

    Whoever lacks an input is not scored, and the input is named. The funnel reads the last run of
    the programme fracture_prevention.

    Exit codes: 0 done; 5 nothing is loaded or no such site; 35 no run yet (funnel); 36 a
    threshold that is no percentage; 70, 71 the picture cannot be made.
    """
    form = "json" if as_json else form
    if funnel:
        _funnel(form, out, asked["by"], asked["site"])
        return
    from harmfree.publish.fracture_risk import Asked, fracture_risk
    from harmfree.records import home

    moment: datetime | None = asked["as_of"]
    day = moment.date() if moment else None
    with progress() as show:
        found = fracture_risk(home(), Asked(asked["site"], day, asked["threshold"]), show)
    if asked["site"]:
        _people(found, form, asked["top"])
    else:
        _sites(found, form)


def _title(found: FractureRisk) -> str:
    scored = sum(each.scored for each in found.sites)
    people = sum(each.people for each in found.sites)
    return (
        f"{scored:,} of {people:,} people could be scored on {found.as_of}; "
        f"{found.outside:,} more are outside 30 to 100 years. {' '.join(found.notes)}"
    )


def _head(found: FractureRisk) -> dict[str, object]:
    return {
        "as_of": found.as_of,
        "threshold_pct": found.threshold,
        "outside_ages": found.outside,
        "notes": found.notes,
        "sites": [asdict(each) for each in found.sites],
    }


def _people(found: FractureRisk, form: str, top: int | None) -> None:
    rows = found.people.slice(0, top).to_pylist()
    if form == "json":
        print_json(_head(found) | {"people": rows})
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, found.people.column_names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        print_table(SHORT, [[_cell(row[name]) for name in SHORT] for row in rows],
                    title=_title(found))  # fmt: skip


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}".removesuffix(".00") if isinstance(value, float) else value


def _sites(found: FractureRisk, form: str) -> None:
    if form == "json":
        print_json(_head(found))
        return
    rows = [
        (
            each.site,
            each.name,
            each.people,
            each.scored,
            each.above,
            each.high,
            "" if each.mean is None else f"{each.mean:.1f}",
            ", ".join(f"{name} {count}" for name, count in each.missing.items()),
        )
        for each in found.sites
    ]
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(SITE_HEADS)
        writer.writerows(rows)
    else:
        print_table(SITE_HEADS, rows, title=_title(found))


def _funnel(form: str, out: Path | None, by: str, site: str) -> None:
    from harmfree.publish.fracture_funnel import (
        STAGES,
        expected,
        funnel_picture,
        funnels,
        together,
    )
    from harmfree.publish.reading import LiveRun
    from harmfree.records import home

    run = LiveRun.open(home())
    found = funnels(run, by, site)
    if out is not None:
        funnel_picture(funnels(run, "region", site)).save(out)
    if form == "json":
        print_json([asdict(each) | {"if_all_treated": asdict(expected(each))} for each in found])
        return
    heads = ("place", "name", "date", *STAGES.values(), "hip fractures avoided if all were treated")
    rows = [
        (each.place, each.name, str(each.date), *each.counts, f"{expected(each).avoided:.1f}")
        for each in found
    ]
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)
    else:
        print_table(heads, rows, title=f"{run.age} {expected(together(found)).says}")
