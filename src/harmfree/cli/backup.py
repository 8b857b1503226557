"""`harmfree backup` and `harmfree restore`."""

from __future__ import annotations

from pathlib import Path

import click

from harmfree.cli.output import json_option, print_json, progress

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", type=_FILE)
@click.option("--without-records", is_flag=True, help="Leave out the loaded records and the run.")
@json_option
def command(file: Path, without_records: bool, as_json: bool) -> None:
    """Write the database, the keys and the records into one archive, while people go on working.

    \b
    harmfree backup harmfree-2026-11-28.tar

    The archive holds the keys that open names and NHS numbers: keep it as safe as the service.

    Exit codes: 0 done; 93 the backup cannot be made.
    """
    from harmfree.web import boot
    from harmfree.web.backup import backup

    boot()
    with progress() as show:
        files = backup(file, show, records=not without_records)
    if as_json:
        print_json({"file": str(file), "files": files, "bytes": file.stat().st_size})
    else:
        click.echo(f"{files} files, {file.stat().st_size / 1e6:.1f} MB in {file.name}.")
