"""`harmfree serve`: the web application."""

from __future__ import annotations

import os

import click

from harmfree.cli.output import progress


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--address", default="127.0.0.1:8000", show_default=True, help="Where to listen.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that answer requests.",
)
@click.option("--local", is_flag=True, help="Plain HTTP, on this machine alone, to try it out.")
def command(address: str, workers: int, local: bool) -> None:
    """Serve the web application and do its background work, until stopped.

    \b
    harmfree serve --local
    HARMFREE_DATABASE=postgresql://... harmfree serve --address 0.0.0.0:8000 --workers 4

    It brings the database up to date first. Behind a proxy that speaks HTTPS set
    HARMFREE_BEHIND_PROXY=1 and HARMFREE_HOSTS; docs/web.md lists every setting.

    Exit codes: 0 stopped; 90 a setting cannot be used; 91 the front-end files are missing.
    """
    from harmfree.web import boot
    from harmfree.web.errors import SettingError
    from harmfree.web.serving import prepare, start

    if local:
        if not address.startswith(("127.0.0.1:", "localhost:", "[::1]:")):
            raise SettingError(
                "--local serves this machine alone.", do="Use an address such as 127.0.0.1:8000."
            )
        os.environ["HARMFREE_LOCAL"] = "1"
    boot()
    with progress() as show:
        prepare(show)
    click.echo(f"Serving on {'http' if local else 'HTTPS behind a proxy, port'}://{address}/")
    start(address, workers)
