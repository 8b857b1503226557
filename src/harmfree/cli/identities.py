"""`harmfree identities`: who the people of the worklists are."""

from __future__ import annotations

from pathlib import Path

import click

from harmfree.cli.output import json_option, print_json


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Load names, NHS numbers and dates of birth, sealed, for the care team alone."""


@command.command("import", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def import_command(file: Path, as_json: bool) -> None:
    """Load a CSV with the columns person, nhs_number, name, birth_date.

    `person` is the identifier in the loaded records. Rows that cannot be used are left out and
    named by their line; people without a published finding are passed over.

    Example: harmfree identities import people.csv

    Exit codes: 0 done; 4 the file cannot be read; 6 some rows were left out.
    """
    from harmfree.errors import PartlyDoneError
    from harmfree.web import boot

    boot()
    from harmfree.web.worklist.identities import keep, read_identities

    known, rejected = read_identities(file)
    kept = keep(known)
    if as_json:
        print_json({"kept": kept, "read": len(known), "rejected": list(rejected)})
    else:
        click.echo(f"{kept:,} identities kept of {len(known):,} read.")
        for line, wrong in rejected:
            click.echo(f"line {line} left out: {wrong}")
    if rejected:
        raise PartlyDoneError(f"{len(rejected)} rows were left out.", where=file.name)


@command.command("demo", context_settings={"help_option_names": ["-h", "--help"]})
@json_option
def demo(as_json: bool) -> None:
    """Give everybody of the synthetic region a fictitious name and a test NHS number.

    Example: harmfree identities demo

    Exit codes: 0 done; 95 the records are not synthetic.
    """
    from harmfree.web import boot

    boot()
    from harmfree.publish.reading import LiveRun
    from harmfree.records import home
    from harmfree.web.worklist.identities import keep, made_up

    kept = keep(made_up(LiveRun.open(home())))
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
