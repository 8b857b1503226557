"""`harmfree device-evaluation`: one report about a device at the point of care."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harmfree.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from harmfree.publish.device_effect import Costs
    from harmfree.publish.device_evaluation import Evaluation, Part


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report as one page (.html).")  # fmt: skip
@click.option("--example", is_flag=True, help="Write a fictitious evaluation into FOLDER.")
@json_option
def command(folder: Path, output: Path | None, example: bool, as_json: bool) -> None:
    """Agreement, accuracy, quality control, governance, decisions changed, outcomes, cost.

    \b
    harmfree device-evaluation --example crp
    harmfree device-evaluation crp -o crp.html

    FOLDER holds tests.csv and, as far as there are any, devices, lots, operators, controls, pairs,
    outcomes, costs and evaluation (.csv); columns: docs/device_evaluation.md. A bad row is left out
    and counted; its neighbours stay.

    Exit codes: 0 done; 4 the folder or a table cannot be read.
    """
    if example:
        _example(folder, as_json)
        return
    from harmfree.publish.device_evaluation import document, evaluate_device
    from harmfree.publish.device_page import device_page

    found = evaluate_device(folder)
    if output is not None:
        output.write_text(device_page(found), encoding="utf-8")
    if as_json:
        print_json(document(found))
        return
    _print(found)
    if output is not None:
        click.echo(f"Written: {output}")


def _example(folder: Path, as_json: bool) -> None:
    from harmfree.publish.device_example import write_example

    written = write_example(folder)
    if as_json:
        print_json({"written": written})
    else:
        click.echo(f"Written (fictitious): {len(written)} tables in {folder}")


def _print(found: Evaluation) -> None:
    ledger = found.tables.ledger
    click.echo(f"{found.tables.settings.title}: {len(found.tables.tests)} tests.")
    click.echo(f"Agreement: {_said(found.agreement)}")
    click.echo(f"Accuracy: {_said(found.accuracy)}")
    for each in found.controls:
        click.echo(f"Quality control, {each.device}: {each.result.sentence}")
    rows = [(each.title, len(each.tests), each.total) for each in found.faults]
    print_table(("fault", "tests", "out of"), rows, title="Governance")
    click.echo(found.decisions.sentence)
    sepsis = sum(each.sepsis for each in found.bands)
    followed = sum(each.followed for each in found.bands)
    click.echo(f"Sepsis within 30 days: {sepsis} of {followed} people followed.")
    if found.costs is not None:
        a_test, a_change = _money(found.costs, "tests"), _money(found.costs, "changed")
        click.echo(f"Cost: {a_test} a test, {a_change} a decision changed.")
    click.echo(f"Left out: {ledger.rows} rows.")


def _said(part: Part) -> str:
    return part.result.sentence if part.result else f"not given: {part.why_not}"


def _money(costs: Costs, by: str) -> str:
    each = costs.per(getattr(costs, by))
    return "no" if each is None else f"{each:,.2f}"
