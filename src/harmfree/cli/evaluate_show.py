"""How every evaluation is shown: JSON, or a table with its sentence and warnings; a picture."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harmfree.cli.output import json_option, print_json, print_table
from harmfree.errors import InputError

if TYPE_CHECKING:
    from harmfree.improvement.result import Result

Command = Callable[..., Any]

data_argument = click.argument("data", type=click.Path(path_type=Path))
where_option = click.option(
    "--where", multiple=True, metavar="COLUMN=VALUE", help="Keep only these rows; may be repeated."
)
output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write a picture or the numbers: .svg, .html, .png, .csv or .json.",
)


def shown(command: Command) -> Command:
    """Add `--json` and `-o` to a command."""
    return json_option(output_option(command))


def show(result: Result, as_json: bool, output: Path | None) -> None:
    """Print a result, and write its picture where one is asked for."""
    document = result.as_dict()
    if output is not None:
        save(result, output)
    if as_json:
        print_json(document)
        return
    click.echo(f"{result.method}: {result.estimator}" + (f" (n = {result.n})" if result.n else ""))
    rows = [
        [name.replace("_", " "), _number(e.value), _number(e.lower), _number(e.upper), e.note]
        for name, e in result.estimates.items()
    ]
    print_table(["", "estimate", "lower 95%", "upper 95%", "note"], rows)
    click.echo(f"\n{result.sentence}")
    for warning in result.warnings:
        click.echo(f"- {warning}")
    if output is not None:
        click.echo(f"Written: {output}")


def show_cases(results: list[tuple[str, Result]], as_json: bool, output: Path | None) -> None:
    """Print the results of several tables of one file; a picture holds one, so none is written."""
    if output is not None:
        raise InputError(f"The file holds {len(results)} tables; a picture shows one.", where="-o")
    if as_json:
        print_json([{"name": name, **result.as_dict()} for name, result in results])
        return
    for name, result in results:
        click.echo(f"\n{name}")
        show(result, False, None)


def _number(value: float) -> str:
    from harmfree.improvement.result import say

    return "" if math.isnan(value) else say(value)


def save(result: Result, output: Path) -> None:
    """Write the numbers (.json) or the picture (any other ending).

    Raises:
        InputError: the folder does not exist.
    """
    if not output.parent.is_dir():
        raise InputError(
            "There is no such folder.", where=str(output.parent), do="Create it first."
        )
    if output.suffix.lower() == ".json":
        output.write_text(json.dumps(result.as_dict(), indent=2), encoding="utf-8")
        return
    from harmfree.improvement.picture import picture

    picture(result).save(output)


def numbers(text: str, option: str) -> list[float]:
    """Numbers separated by commas.

    Raises:
        InputError: one is not a number.
    """
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise InputError(f"'{text}' is not a list of numbers.", where=option) from error
