"""`harmfree calc`: every clinical tool for one case, for a file of cases, and explained.

The sub-commands are made from the registry: a new tool needs nothing here.
"""

from __future__ import annotations

import io
import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from harmfree.cli.output import json_option, print_json
from harmfree.errors import PartlyDoneError

if TYPE_CHECKING:
    from harmfree.clinical.batch import Tally
    from harmfree.clinical.registry import Tool

# A file larger than this many bytes takes over a second, so it gets a progress bar.
BAR_FROM = 5_000_000


class CalcGroup(click.Group):
    """A group whose sub-commands are `list`, `explain` and every registered tool."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the fixed sub-commands, then the tools."""
        from harmfree.clinical.registry import all_tools

        return [*super().list_commands(ctx), *all_tools()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a fixed sub-command, or make the command of a tool from its card."""
        fixed = super().get_command(ctx, cmd_name)
        if fixed is not None:
            return fixed
        from harmfree.clinical.registry import find

        return _tool_command(find(cmd_name))


@click.group(cls=CalcGroup, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Clinical scores, doses and advice: one case, or a file of cases.

    \b
    harmfree calc list
    harmfree calc crb65 --confusion no --respiration 29 --systolic 95 --diastolic 60 --age 65
    harmfree calc crb65 cases.csv -o results.ndjson
    harmfree calc explain crb65

    Exit codes: 50 an input was refused, 51 no such tool, 52 a scoring table is absent or unfit,
    54 the file of cases cannot be read, 6 some rows of the file were refused.
    """


@command.command("list")
@json_option
def list_tools(as_json: bool) -> None:
    """List every tool with its version, and what of it is not verified."""
    from harmfree.clinical.explain import text_table
    from harmfree.clinical.registry import all_tools

    today = date.today()
    rows = [
        {
            "name": tool.name,
            "title": tool.card.title,
            "topic": tool.card.topic,
            "version": tool.card.version,
            "verified": not tool.standing_warnings,
            "review_due": tool.card.review_due.isoformat(),
            "overdue": tool.overdue(today),
        }
        for tool in all_tools().values()
    ]
    if as_json:
        print_json(rows)
        return
    head = ["Name", "What", "Topic", "Version", "State"]
    click.echo(text_table(head, [_listed(row) for row in rows]))


def _listed(row: dict[str, Any]) -> list[str]:
    notes = ([] if row["verified"] else ["partly unverified"]) + (
        ["review overdue"] if row["overdue"] else []
    )
    return [row["name"], row["title"], row["topic"], row["version"], ", ".join(notes)]


@command.command("explain")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="The card and the input schema as JSON.")
def explain(name: str, as_json: bool) -> None:
    """Print a tool's inputs, units, ranges, formula, sources, limits and a worked example.

    \b
    harmfree calc explain crb65
    """
    from harmfree.clinical.explain import describe
    from harmfree.clinical.registry import find
    from harmfree.clinical.result import encode

    tool = find(name)
    if as_json:
        schema = tool.inputs.model_json_schema()
        click.echo(encode({"card": tool.card, "inputs": schema}))
        return
    click.echo(describe(tool, date.today()))


@command.command("table")
@click.argument("name")
@click.option("--check", type=click.Path(dir_okay=False), help="Check this table of a site.")
def table(name: str, check: str | None) -> None:
    """Print an empty scoring table for a site to fill in and sign, or check one.

    \b
    harmfree calc table mews_england > mews.json
    harmfree calc table mews_england --check mews.json
    harmfree calc mews_england cases.ndjson --table mews.json -o results.ndjson
    """
    from harmfree.clinical.deterioration.site_tables import blank_table
    from harmfree.clinical.explain import text_table
    from harmfree.clinical.registry import find
    from harmfree.clinical.tables import site_table

    tool = find(name)
    if check is None:
        click.echo(json.dumps(blank_table(tool.name), indent=2, ensure_ascii=False))
        return
    found = site_table(Path(check), tool.name)
    click.echo(f"{found.title}, version {found.version}: sound and signed.")
    rows = [[row.label, scale, words, str(points)] for row, scale, words, points in found.lines()]
    click.echo(text_table(["Parameter", "Scale", "Value", "Points"], rows))


def _tool_command(tool: Tool[Any]) -> click.Command:
    def run(**asked: Any) -> None:
        cases, out, as_json = asked.pop("cases"), asked.pop("out"), asked.pop("as_json")
        given = {name: raw for name, raw in asked.items() if raw is not None}
        if cases is None:
            _one_case(tool, given, as_json, out)
        else:
            _file_of_cases(tool, Path(cases), out, as_json=as_json, constants=given)

    return click.Command(tool.name, callback=run, params=_params(tool), help=_help(tool))


def _params(tool: Tool[Any]) -> list[click.Parameter]:
    made: list[click.Parameter] = [
        click.Argument(["cases"], required=False, type=click.Path(dir_okay=False))
    ]
    for name, spec in tool.reader.specs.items():
        words = f"{spec.label} ({spec.meaning}). {spec.help}".strip()
        made.append(
            click.Option([f"--{name.replace('_', '-')}", name], help=words, metavar="VALUE")
        )
    made.append(
        click.Option(["-o", "--out"], type=click.Path(dir_okay=False), help="Write to this file.")
    )
    made.append(click.Option(["--json", "as_json"], is_flag=True, help="The result as JSON."))
    return made


def _help(tool: Tool[Any]) -> str:
    card = tool.card
    given = " ".join(
        f"--{name.replace('_', '-')} {_as_word(value)}"
        for name, value in card.example.given.items()
    )
    return (
        f"{card.title}. {card.use}\n\nFor: {card.population}.\n\n\b\n"
        f"harmfree calc {card.name} {given}\n"
        f"harmfree calc {card.name} cases.ndjson -o results.ndjson\n"
        f"harmfree calc explain {card.name}"
    )


def _as_word(value: object) -> str:
    return shlex.quote(value if isinstance(value, str) else json.dumps(value))


def _one_case(tool: Tool[Any], given: dict[str, Any], as_json: bool, out: str | None) -> None:
    from harmfree.clinical.explain import render, sentence
    from harmfree.clinical.result import encode

    result = tool.run(given)
    text = encode(result.as_dict() | {"sentence": sentence(result)}) if as_json else render(result)
    with _opened(out) as file:
        file.write(text + "\n")


def _file_of_cases(
    tool: Tool[Any], cases: Path, out: str | None, *, as_json: bool, constants: dict[str, Any]
) -> None:
    """Answer a file; raises PartlyDoneError (exit code 6) when rows were refused."""
    from harmfree.clinical.batch import Tally, answer_file

    if out is not None and Path(out).resolve() == cases.resolve():
        raise click.UsageError("The results would overwrite the cases: name another file.")
    tool.read(constants)
    tally = Tally()
    with _opened(out) as file, _counting(cases) as count:
        for tally in answer_file(tool, cases, file, constants=constants):
            count(tally.rows)
    _report(tool, tally, as_json)


def _size(cases: Path) -> int:
    return cases.stat().st_size if cases.exists() else 0


@contextmanager
def _opened(out: str | None) -> Iterator[TextIO]:
    """Open the results; a character that UTF-8 cannot hold becomes a question mark."""
    if out is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        yield sys.stdout
        return
    from harmfree.clinical.errors import CasesError

    try:
        with Path(out).open("w", encoding="utf-8", errors="replace") as file:
            yield file
    except OSError as error:
        raise CasesError(f"{out} cannot be written: {error.strerror}.") from error


@contextmanager
def _counting(cases: Path) -> Iterator[Callable[[int], None]]:
    """Count the cases done on a terminal; how many there are is not known before the end."""
    if _size(cases) < BAR_FROM or not sys.stderr.isatty():
        yield lambda rows: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Reading cases") as status:
        yield lambda rows: status.update(f"{rows:,} cases answered")


def _report(tool: Tool[Any], tally: Tally, as_json: bool) -> None:
    if as_json:
        counts = {"rows": tally.rows, "with_value": tally.complete, "refused": tally.refused}
        click.echo(json.dumps(counts | {"unused_columns": list(tally.unused)}), err=True)
    else:
        click.echo(
            f"{tally.rows:,} cases: {tally.complete:,} with a value, "
            f"{tally.rows - tally.complete - tally.refused:,} without, {tally.refused:,} refused.",
            err=True,
        )
        if tally.unused:
            click.echo(f"Not inputs of {tool.name}: {', '.join(tally.unused)}.", err=True)
    if tally.refused:
        raise PartlyDoneError(
            f"{tally.refused:,} of {tally.rows:,} cases were refused.",
            do='Look for lines with "error" in the results.',
        )
