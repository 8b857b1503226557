"""`harmfree codes`: what the code lists match in the store, and maps between code systems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harmfree.records.codes.report import ListReport


@click.group()
def command() -> None:
    """Report on code lists; import code maps."""


@command.command()
@click.argument("names", metavar="[LIST]...", nargs=-1)
@click.option("--show", default=5, show_default=True, help="How many codes to show for each rule.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def report(names: tuple[str, ...], show: int, as_json: bool) -> None:
    """What each list matched in the store, by which rule, and the commonest near misses.

    Without LIST, one line for every list.

    Example: harmfree codes report nsaid_oral

    Exit codes: 0 done; 5 nothing is loaded; 20 a list is malformed; 21 no such list.
    """
    reports = _reports(names, show)
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in reports], indent=2))
    elif names:
        for each in reports:
            click.echo(_page(each))
    else:
        click.echo(_table(reports))


def _reports(names: tuple[str, ...], show: int) -> list[ListReport]:
    from harmfree.programmes.registry import code_folders
    from harmfree.records import Store, home
    from harmfree.records.codes.lists import find_list
    from harmfree.records.codes.report import Reporter

    folder = home()
    store = Store.open(folder)
    reporter = Reporter(store.codes, code_folders(folder), folder / "maps")
    for name in names:
        find_list(dict(reporter.library), name)
    return [reporter.report(name, show) for name in names or sorted(reporter.library)]


def _as_json(report: ListReport) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(report)


def _table(reports: list[ListReport]) -> str:
    width = max((len(each.name) for each in reports), default=4)
    lines = [f"{'list':<{width}}  {'codes':>6}  {'events':>10}  unverified rules"]
    for each in reports:
        unverified = len(each.unverified) or ""
        lines.append(f"{each.name:<{width}}  {each.codes:>6}  {each.events:>10,}  {unverified}")
    empty = sum(not each.codes for each in reports)
    lines.append(f"{len(reports)} lists; {empty} match nothing in this store.")
    return "\n".join(lines)


def _page(report: ListReport) -> str:
    lines = [f"{report.name}: {report.description}"]
    lines.append(f"{report.codes} codes, {report.events:,} events")
    for rule in report.rules:
        source = f"  [{rule.source}]" if rule.source else ""
        lines.append(f"  {_short(rule.rule)}: {rule.codes} codes, {rule.events:,} events{source}")
        lines += [f"    {c.events:>8,}  {c.system} {c.code}  {c.term}" for c in rule.commonest]
    if report.near_misses:
        lines.append("  near misses (not in the list; should any be?)")
        lines += [f"    {c.events:>8,}  {c.system} {c.code}  {c.term}" for c in report.near_misses]
    if report.unverified:
        lines.append(f"  unverified rules: {', '.join(report.unverified)}")
    lines += [f"  from {path}" for path in report.files]
    return "\n".join(lines) + "\n"


def _short(rule: str, most: int = 90) -> str:
    return rule if len(rule) <= most else rule[: most - 1] + "…"


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_command(file: Path, as_json: bool) -> None:
    """Import your map from dm+d to BNF codes, so that dm+d medicines match BNF prefixes.

    FILE is a CSV with a header, a dm+d identifier in a column `dmd` and a BNF code in a column
    `bnf` (the columns of the NHSBSA's "BNF SNOMED mapping" are known too).

    Example: harmfree codes import bnf_snomed_mapping.csv

    Exit codes: 0 done; 5 no such file; 22 the map cannot be read.
    """
    from harmfree.records import home
    from harmfree.records.codes import import_map

    count = import_map(file, home() / "maps")
    if as_json:
        click.echo(json.dumps({"codes": count}))
    else:
        click.echo(f"{count:,} dm+d codes now have their BNF code. Run `harmfree run` again.")
