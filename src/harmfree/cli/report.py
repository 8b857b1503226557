"""`harmfree report`: a site's report as one self-contained page."""

from __future__ import annotations

from pathlib import Path

import click

from harmfree.cli.output import json_option, print_json


@click.command()
@click.option("--site", required=True, help="Id of the site.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to write the page (.html).",
)
@click.option("--charts", default=12, show_default=True, help="How many trend charts.")
@click.option("--lines", default=200, show_default=True, help="How many worklist lines.")
@json_option
def command(site: str, output: Path, charts: int, lines: int, as_json: bool) -> None:
    """Worklist, trends, data age and rejections of a site on one page that prints well.

    Example: harmfree report --site P00001 -o report.html

    Exit codes: 0 done; 5 nothing is loaded or no such site; 35 no run yet.
    """
    from harmfree.publish.reading import LiveRun
    from harmfree.publish.report import report
    from harmfree.records import home

    page = report(LiveRun.open(home()), site, charts, lines)
    output.write_text(page, encoding="utf-8")
    if as_json:
        print_json({"written": str(output), "bytes": len(page.encode())})
    else:
        click.echo(f"Written: {output}")
