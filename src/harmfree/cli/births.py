"""`harmfree births`: perinatal optimisation and rare events from a feed of births."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harmfree.cli.output import json_option, print_json, print_table
from harmfree.errors import InputError

if TYPE_CHECKING:
    from harmfree.publish.births_feed import Feed

PATH = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=PATH)
@click.option("-o", "--output", type=PATH, help="Write the report as one page (.html).")
@click.option("--organisations", type=PATH, help="Organisations with their successors (CSV).")
@click.option("--stages", type=PATH, help="Stage of each organisation for each intervention (CSV).")
@click.option("--example", is_flag=True, help="Write a fictitious feed to FILE to start from.")
@json_option
def command(
    file: Path,
    output: Path | None,
    organisations: Path | None,
    stages: Path | None,
    example: bool,
    as_json: bool,
) -> None:
    """Eleven interventions for babies born early, the bundle, rare events, smoking at booking.

    \b
    harmfree births --example births.csv
    harmfree births births.csv -o births.html
    harmfree births births.csv --organisations births_organisations.csv \\
      --stages births_stages.csv --json

    Columns: docs/births.md. A bad cell is left out and counted; its neighbours stay.

    Exit codes: 0 done; 4 the feed cannot be read, or a column is missing.
    """
    if example:
        _example(file, as_json)
        return
    from harmfree.publish.births_feed import read_births
    from harmfree.publish.births_page import births_document, births_page
    from harmfree.publish.stages import read_tracker

    if (organisations is None) != (stages is None):
        raise InputError("Stages and organisations go together.", do="Give both, or neither.")
    feed = read_births(file)
    tracker = read_tracker(organisations, stages) if organisations and stages else None
    if output is not None:
        output.write_text(births_page(feed, tracker), encoding="utf-8")
    if as_json:
        print_json(births_document(feed, tracker))
        return
    _print(feed)
    if output is not None:
        click.echo(f"Written: {output}")


def _example(file: Path, as_json: bool) -> None:
    from harmfree.publish.births_example import write_example

    written = write_example(file)
    if as_json:
        print_json({"written": written})
    else:
        click.echo(f"Written (fictitious): {', '.join(str(each) for each in written)}")


def _print(feed: Feed) -> None:
    from harmfree.publish.births import NOTES, tally
    from harmfree.publish.births_page import LABELS

    whole = tally(feed.births)
    rows = [
        (LABELS[name], item.eligible, item.received, item.not_received, item.not_recorded,
         _said(item.percent), item.could_be_timely, item.timely)
        for name, item in whole.items.items()
    ]  # fmt: skip
    heads = ("intervention", "applies", "received", "not received", "not recorded", "%",
             "could be timely", "timely")  # fmt: skip
    said = f"{whole.births} births, {whole.early} before 34 weeks. {' '.join(NOTES)}"
    print_table(heads, rows, title=said)
    click.echo(
        f"Bundle complete: {whole.complete} of {whole.complete + whole.incomplete} "
        f"({_said(whole.bundle_percent)}%), {whole.unknown} not known. "
        f"Carbon monoxide 4 ppm or more at booking: {whole.co_high}, referred "
        f"{whole.co_high_referred} (unverified measure)."
    )
    click.echo(f"Left out: {feed.ledger.rows} rows, {feed.ledger.cells} cells.")


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
