"""`harmfree explain`: one person's timeline and the periods on it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harmfree.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from harmfree.publish.timeline import Timeline


@click.command()
@click.argument("person")
@click.argument("indicator", required=False)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Last day (default: extract's).")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw it: .svg, .html, .png or .csv (needs an INDICATOR).",
)
@json_option
def command(
    person: str, indicator: str | None, as_of: datetime | None, output: Path | None, as_json: bool
) -> None:
    """Why a person is on the list: PERSON as the worklist names them, INDICATOR one of theirs.

    Without INDICATOR: every hazard and gap that ever held, and since when.

    Example: harmfree explain P05QNJVGQ1ZA3H pincer_a -o timeline.html

    Exit codes: 0 done; 2 wrong command line; 5 nothing loaded or no such person; 32 no such
    indicator.
    """
    from harmfree.programmes.registry import indicator as find
    from harmfree.publish.timeline import Person, every_indicator
    from harmfree.records import home

    if output and not indicator:
        raise click.UsageError("-o needs an INDICATOR to draw.")
    asked = Person(home(), person, as_of.date() if as_of else None)
    found = asked.timelines([find(indicator)] if indicator else every_indicator())
    if as_json:
        print_json({"person": person, "indicators": [*map(_plain, found)]})
    elif indicator:
        _one(found[0])
    else:
        _every(found)
    if output:
        from harmfree.periods.windows import to_date
        from harmfree.publish.timeline_picture import timeline_picture

        timeline_picture(found[0], person, to_date(asked.as_of)).save(output)


def _plain(each: Timeline) -> dict[str, object]:
    lanes = [{"what": lane.words, "periods": lane.periods} for lane in each.lanes]
    return {"indicator": each.indicator.id, "lanes": lanes, "events": each.events}


def _spans(periods: tuple[tuple[object, object], ...]) -> str:
    return "; ".join(f"{start} on" if not end else f"{start} to {end}" for start, end in periods)


def _one(each: Timeline) -> None:
    click.echo(f"{each.indicator.title}\n{each.indicator.why}\n")
    print_table(("when", "what", "value"), each.events, title="Events that it reads")
    click.echo("")
    rows = [(lane.words, _spans(lane.periods) or "never") for lane in each.lanes]
    print_table(("what", "true (the end is not included)"), rows, title="Periods")


def _every(found: list[Timeline]) -> None:
    held = [each for each in found if each.lanes[0].periods]
    held.sort(key=lambda each: each.lanes[0].periods[-1][1] is not None)
    rows = [
        (each.indicator.id, each.indicator.title, _spans(each.lanes[0].periods[-3:]))
        for each in held
    ]
    heads = ("indicator", "title", "held (the last three times)")
    print_table(heads, rows, title="Open ones first")
