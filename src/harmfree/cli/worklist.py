"""`harmfree worklist`: who is at risk at a site today, and why."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from harmfree.cli.output import print_json, print_table

if TYPE_CHECKING:
    from harmfree.publish.worklist import Line

COLUMNS = ("person", "site", "age", "sex", "indicator", "kind", "since", "title", "evidence")


@click.command()
@click.option("--site", help="Id of a practice, or of a network, place, system or region.")
@click.option("--indicator", help="Only this indicator.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--top", type=click.IntRange(1), help="Only so many people.")
def command(
    site: str | None, indicator: str | None, form: str, as_json: bool, top: int | None
) -> None:
    """Open hazards and gaps of a site, one line a person, with their evidence.

    Example: harmfree worklist --site P00001 --format csv

    Without --site: how many people are on the list of each site.

    Exit codes: 0 done; 5 nothing is loaded or no such site; 32 no such indicator; 35 no run yet.
    """
    from harmfree.publish.reading import LiveRun
    from harmfree.publish.worklist import RANKING, worklist
    from harmfree.records import home

    run = LiveRun.open(home())
    if site is None:
        _sites(run, indicator, "json" if as_json else form)
        return
    lines = worklist(run, site, indicator)[:top]
    if as_json or form == "json":
        print_json({"as_of": run.info.as_of, "ranking": RANKING, "people": [*map(_plain, lines)]})
    elif form == "csv":
        _csv(lines)
    else:
        print_table(COLUMNS, list(_rows(lines)), title=f"{run.age} {RANKING}")


def _plain(line: Line) -> dict[str, object]:
    return asdict(line) | {"hazards": line.hazards}


def _rows(lines: list[Line]) -> list[tuple[object, ...]]:
    return [
        (
            line.person,
            line.site,
            str(line.age or ""),
            line.sex,
            item.indicator,
            item.kind,
            str(item.since),
            item.title,
            "; ".join(item.evidence),
        )
        for line in lines
        for item in line.items
    ]


def _csv(lines: list[Line]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(lines))


def _sites(run: object, indicator: str | None, form: str) -> None:
    """How many people each site has on its list."""
    from harmfree.publish.reading import LiveRun
    from harmfree.publish.sites import people_by_site

    assert isinstance(run, LiveRun)
    found = people_by_site(run, indicator)
    if form == "json":
        print_json({"as_of": run.info.as_of, "sites": [asdict(each) for each in found]})
        return
    rows = [(each.id, each.name, each.people, each.hazards, each.gaps) for each in found]
    heads = ("site", "name", "people", "hazards", "gaps")
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)
        return
    print_table(heads, rows, title=run.age)
