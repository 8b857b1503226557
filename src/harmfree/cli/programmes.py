"""`harmfree programmes`: list, show and check the programmes' indicators."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harmfree.programmes.check import Finding
    from harmfree.programmes.indicator import Indicator


@click.group()
def command() -> None:
    """List, show and check the programmes."""


@command.command("list")
@click.option("--programme", "names", multiple=True, help="Only this programme; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(names: tuple[str, ...], as_json: bool) -> None:
    """Every indicator and measure: id, kind, title, how well its source was checked.

    Example: harmfree programmes list --programme medicines_optimisation

    Exit codes: 0 done; 30 a programme is not right; 31 no such programme.
    """
    from harmfree.programmes import indicators, measures
    from harmfree.programmes.page import listing, measure_summary, summary

    held, counted, today = indicators(names), measures(names), date.today()
    if as_json:
        facts = [summary(each, today) for each in held]
        facts += [measure_summary(each, today) for each in counted]
        click.echo(json.dumps(facts, indent=2))
        return
    click.echo("\n".join(listing((*held, *counted), today)))
    more = f" and {len(counted)} measures" if counted else ""
    click.echo(f"{len(held)} indicators{more}. `harmfree programmes show ID` prints one in full.")


@command.command()
@click.argument("identifier", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(identifier: str, as_json: bool) -> None:
    """One indicator or measure, or a programme's page: logic, code lists, examples, source.

    Example: harmfree programmes show pincer_a

    Exit codes: 0 done; 30 a programme is not right; 31 no such indicator or programme.
    """
    from harmfree.programmes import indicator, measure, measures, programmes
    from harmfree.programmes.page import (
        indicator_page,
        measure_page,
        measure_summary,
        programme_page,
        summary,
    )

    today = date.today()
    if identifier in programmes():
        programme = programmes()[identifier]
        held = [summary(each, today) for each in programme.indicators]
        held += [measure_summary(each, today) for each in programme.measures]
        page = programme_page(programme, today)
        click.echo(json.dumps({"page": programme.page, "indicators": held}) if as_json else page)
        return
    if identifier in {each.id for each in measures()}:
        one = measure(identifier)
        facts = json.dumps(measure_summary(one, today), indent=2)
        click.echo(facts if as_json else measure_page(one, today))
        return
    found = indicator(identifier)
    click.echo(_full_json(found, today) if as_json else indicator_page(found, today))


def _full_json(found: Indicator, today: date) -> str:
    from harmfree.programmes.page import full

    return json.dumps(full(found, today), indent=2)


@command.command()
@click.option(
    "--records", is_flag=True, help="Also whether each finds people in the records that are loaded."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(records: bool, as_json: bool) -> None:
    """Whether the programmes are whole: lists, examples, reviews in date.

    Example: harmfree programmes check --records

    Exit codes: 0 no error (there may be warnings); 32 something must be put right.
    """
    from harmfree.programmes.check import check as run
    from harmfree.programmes.errors import ProgrammesNotWholeError

    found = run(date.today()) + (_against_records() if records else [])
    errors = [each for each in found if each.level == "error"]
    if as_json:
        click.echo(json.dumps([vars(each) for each in found], indent=2))
    else:
        for each in found:
            click.echo(f"{each.level}: {each.where} {each.says}")
        click.echo(f"{len(errors)} errors, {len(found) - len(errors)} warnings.")
    if errors:
        raise ProgrammesNotWholeError(
            f"{len(errors)} things must be put right.", do="See the lines that begin with error."
        )


def _against_records() -> list[Finding]:
    from harmfree.publish.coverage import coverage
    from harmfree.publish.reading import LiveRun
    from harmfree.records import home

    return coverage(LiveRun.open(home()))
