"""`harmfree pharmacist-impact`: what the practice pharmacists changed."""

from __future__ import annotations

from pathlib import Path

import click

from harmfree.cli.output import json_option, print_json, print_table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--register",
    "register_file",
    type=click.Path(path_type=Path),
    help="CSV of site, go_live (empty: never), sessions. The synthetic region has its own.",
)
@click.option(
    "--prices", type=click.Path(path_type=Path), help="CSV of set, code, price, for savings."
)
@click.option("--indicator", multiple=True, help="What it should have lowered; may be repeated.")
@click.option("--months", type=click.IntRange(1, 60), default=12, show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write a page (.html).")
@json_option
def command(
    register_file: Path | None,
    prices: Path | None,
    indicator: tuple[str, ...],
    months: int,
    output: Path | None,
    as_json: bool,
) -> None:
    """Evaluate the roll-out of pharmacists: hazards, activity and savings side by side.

    \b
    harmfree pharmacist-impact --register roll_out.csv --prices prices.csv -o impact.html

    The effect is given by time since each practice started, against practices not yet started in
    the same month; docs/evaluation.md tells the method.

    Exit codes: 0 done; 4 a file cannot be read; 5 no run; 31 no such indicator.
    """
    from harmfree.errors import InputError
    from harmfree.publish.pharmacist_impact import INDICATORS, impact, page
    from harmfree.publish.reading import LiveRun
    from harmfree.publish.roll_out import read_register
    from harmfree.publish.savings import read_prices
    from harmfree.records import home

    run = LiveRun.open(home())
    path = register_file or run.store.folder / "rollout.csv"
    if not path.is_file():
        raise InputError("There is no register.", where=str(path), do="Name it with --register.")
    register = read_register(path, [each.id for each in run.places.every])
    found = impact(
        run, register, read_prices(prices) if prices else None, indicator or INDICATORS, months
    )
    if output:
        output.write_text(page(found), encoding="utf-8")
    if as_json:
        print_json(found.as_dict())
        return
    for name, each in found.evaluations.items():
        click.echo(f"{name}: {each if isinstance(each, str) else each.sentence}\n")
    rows = [
        (each.site or "all", each.reviews, each.offered, each.accepted, each.followed)
        + (each.resolved, each.recurred)
        for each in found.activity
    ]
    heads = ("site", "reviews", "offered", "accepted", "followed", "resolved", "came back")
    print_table(heads, rows, title="Activity; hazards resolved within 12 weeks by a change")
    for savings in found.savings or ():
        said = savings.result.sentence if savings.result else savings.why
        click.echo(f"{savings.set_name}: {said}")
    for name, rejected in found.rejected.items():
        for line, wrong in rejected:
            click.echo(f"{name} line {line} left out: {wrong}")
    if output:
        click.echo(f"Written: {output}")
