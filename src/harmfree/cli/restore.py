"""`harmfree restore`: put a backup in place."""

from __future__ import annotations

from pathlib import Path

import click

from harmfree.cli.output import json_option, print_json


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
def command(file: Path, as_json: bool) -> None:
    """Put a backup into an empty HARMFREE_HOME and an empty database.

    \b
    HARMFREE_HOME=./restored harmfree restore harmfree-2026-11-28.tar

    Every file is checked against its digest first. Then `harmfree serve` goes on where the backup
    was made.

    Exit codes: 0 done; 93 the archive is not whole, or the home or database is in use.
    """
    from harmfree.records import home
    from harmfree.web import environment
    from harmfree.web.backup import restore

    folder = home().absolute()
    database = environment.database(environment.text("HARMFREE_DATABASE"), folder / "web")
    manifest = restore(file, folder, database)
    if as_json:
        print_json({"made": manifest["made"], "files": len(manifest["files"])})
    else:
        click.echo(f"{len(manifest['files'])} files restored, backed up at {manifest['made']}.")
