"""`harmfree run`: compute every programme's findings and trends."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from harmfree.cli.output import json_option, print_json, print_table, progress


@click.command()
@click.option("--programme", "programmes", multiple=True, metavar="ID", help="Only this one.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Last day (default: extract's).")
@click.option("--months", default=60, show_default=True, help="How many months of trend.")
@click.option("--engine", default="local", show_default=True, help="local or spark.")
@click.option("--workers", type=int, help="Buckets at once (default: all cores).")
@json_option
def command(
    programmes: tuple[str, ...],
    as_of: datetime | None,
    months: int,
    engine: str,
    workers: int | None,
    as_json: bool,
) -> None:
    """Compute every programme over the loaded records and publish findings and trends.

    Example: harmfree run --programme medicines_optimisation --months 60

    Exit codes: 0 done; 5 nothing is loaded; 32 no such programme; 36 a request that cannot be met.
    """
    from harmfree.publish.run import RunRequest, run
    from harmfree.records import home

    day = as_of.date() if as_of else None
    with progress() as show:
        info = run(home(), RunRequest(programmes, day, months, engine, workers), show)
    if as_json:
        print_json(asdict(info))
        return
    rows = [
        ("indicators", len(info.indicators)),
        ("people", info.people),
        ("as of", info.as_of),
        ("periods", info.periods),
        ("open today", info.findings),
        ("lists that match no code here", len(info.unmatched_lists)),
    ]
    print_table(("what", "result"), rows, title=f"Run {info.number}")
    click.echo("Next: harmfree worklist --site ID, harmfree trend, harmfree report --site ID.")
