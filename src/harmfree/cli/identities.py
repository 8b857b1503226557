"""`harmfree identities`: who the people of the worklists are."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from harmfree.cli.output import json_option, print_json


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Load names, NHS numbers and dates of birth, sealed, for the care team alone."""


@command.command("import", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--rejected",
    "list_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write line and reason of every row left out to this CSV file.",
)
@json_option
def import_command(file: Path, list_file: Path | None, as_json: bool) -> None:
    """Load a CSV with the columns person, nhs_number, name, birth_date.

    `person` is the identifier in the loaded records. A row that cannot be used is left out and
    counted, and its neighbours are kept; neither the screen nor the list of rows left out shows
    what stands in them. Who was loaded before is replaced.

    \b
    harmfree identities import people.csv --rejected left_out.csv

    Exit codes: 0 done; 4 the file cannot be read; 6 some rows were left out; 94 the keys cannot
    be read.
    """
    from harmfree.errors import PartlyDoneError
    from harmfree.web import boot

    boot()
    from harmfree.web.worklist.identities import keep, read_identities

    known, rejected = read_identities(file)
    kept = keep(known, rejected=len(rejected))
    if list_file is not None:
        _write(list_file, rejected)
    reasons = Counter(wrong for _, wrong in rejected)
    if as_json:
        print_json({"kept": kept, "rejected": len(rejected), "reasons": reasons})
    else:
        click.echo(f"{kept:,} identities kept.")
        for wrong, count in reasons.most_common():
            click.echo(f"{count:,} left out: {wrong}")
    if rejected:
        raise PartlyDoneError(
            f"{len(rejected):,} rows were left out.",
            where=file.name,
            do="" if list_file else "Give --rejected FILE for their lines.",
        )


def _write(path: Path, rejected: Iterable[tuple[int, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("line", "reason"), *rejected])


@command.command("demo", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@json_option
def demo(seed: int, as_json: bool) -> None:
    """Give everybody of the synthetic region a fictitious name and a test NHS number.

    Example: harmfree identities demo

    Exit codes: 0 done; 95 the records are not synthetic.
    """
    from harmfree.web import boot

    boot()
    from harmfree.publish.reading import LiveRun
    from harmfree.records import home
    from harmfree.web.worklist.identities import keep, made_up

    kept = keep(made_up(LiveRun.open(home()), seed))
    if as_json:
        print_json({"kept": kept})
    else:
        click.echo(f"{kept:,} fictitious identities.")


@command.command("rotate", context_settings={"help_option_names": ["-h", "--help"]})
def rotate() -> None:
    """Make a new key that seals identities from now on; what was sealed before still opens.

    Example: harmfree identities rotate

    Exit codes: 0 done; 94 the keys cannot be read.
    """
    from harmfree.web import boot

    boot()
    from harmfree.web.worklist.sealing import rotate as change

    click.echo(f"Key {change()} seals from now on.")
