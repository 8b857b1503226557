"""`harmfree trend`: whether it is getting better, month by month."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from harmfree.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from harmfree.publish.trend import Series

MONTHLY = ("place", "indicator", "date", "denominator", "numerator", "percent")
LATEST = ("place", "indicator", "people", "out of", "%", "% a year ago", "xmr", "title")
LEVELS = ["site", "network", "place", "system", "region"]


@click.command()
@click.option("--by", type=click.Choice(LEVELS), default="region", show_default=True)
@click.option("--site", help="Only this site, whatever its level.")
@click.option("--indicator", help="Only this indicator.")
@click.option("--monthly", is_flag=True, help="Every month instead of the latest.")
@json_option
def command(by: str, site: str | None, indicator: str | None, monthly: bool, as_json: bool) -> None:
    """How many people are in each hazard or gap on the first of each month, by place.

    Example: harmfree trend --by place --indicator pincer_a

    The last column is what an XmR chart (Making Data Count rules) says of the latest month.

    Exit codes: 0 done; 5 nothing is loaded, no such site or level; 32 no such indicator; 35 no run.
    """
    from harmfree.publish.reading import LiveRun
    from harmfree.publish.trend import trends
    from harmfree.records import home

    run = LiveRun.open(home())
    found = trends(run, by, indicator, site)
    if as_json:
        print_json({"as_of": run.info.as_of, "series": [*map(_plain, found)]})
    elif monthly:
        months = [row for each in found for row in _months(each)]
        print_table(MONTHLY, months, title=run.age)
    else:
        print_table(LATEST, [*map(_latest, found)], title=run.age)


def _plain(each: Series) -> dict[str, object]:
    whole = asdict(each)
    whole["indicator"] = each.indicator.id
    return whole | {"percent": each.percent}


def _months(each: Series) -> list[tuple[object, ...]]:
    rows = zip(each.dates, each.denominator, each.numerator, each.percent, strict=True)
    name = each.indicator.id
    return [(each.place, name, str(day), d, n, f"{share:.2f}") for day, d, n, share in rows]


def _latest(each: Series) -> tuple[object, ...]:
    before = f"{each.percent[-13]:.2f}" if len(each.percent) > 12 else ""
    return (
        each.place,
        each.indicator.id,
        each.numerator[-1],
        each.denominator[-1],
        f"{each.percent[-1]:.2f}",
        before,
        each.variation.replace("_", " "),
        each.indicator.title,
    )
