"""What every verb shares: the `--json` option, tables, JSON and a progress bar."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

# How far the work is: (what is being done, steps done, steps in all).
Progress = Callable[[str, int, int], None]

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document instead of tables."
)


def print_json(value: object) -> None:
    """Print `value` to standard output as one indented JSON document (dates as ISO text)."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    """JSON form of a value that JSON does not know."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    item: Callable[[], object] | None = getattr(value, "item", None)  # NumPy scalars
    if item is not None:
        return item()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_table(headers: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "") -> None:
    """Print `rows` under `headers`; numbers to the right, whole text (no cutting) when piped."""
    from rich.console import Console
    from rich.table import Table

    terminal = sys.stdout.isatty()
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for place, header in enumerate(headers):
        numeric = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        table.add_column(header, justify="right" if numeric else "left", no_wrap=not terminal)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    Console(width=None if terminal else 1000, highlight=False, markup=False).print(table)


def _cell(value: object) -> str:
    """Text of one cell: nothing for None, thousands separated in whole numbers."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


@contextmanager
def progress() -> Iterator[Progress]:
    """Show a progress bar on standard error, or nothing when that is not a terminal.

    Yields a function `(what, done, total)`; call it as often as you like, once per step of work.
    """
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what)
            bars.update(tasks[what], completed=done, total=total)

        yield show
