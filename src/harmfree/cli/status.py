"""`harmfree status`: what is loaded, how old it is, what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from harmfree.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from harmfree.records.ledger import RuleCount
    from harmfree.records.store import Store

_EPILOG = """
\b
Example:
  harmfree status
  harmfree status --ledger date_in_future

Exit codes: 0 done; 5 nothing is loaded yet; 11 the store is damaged.
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--ledger", "rule", metavar="RULE", help="List the records that RULE left out or changed."
)
@json_option
def command(rule: str | None, as_json: bool) -> None:
    """Show what is loaded, how old it is and what was left out."""
    from harmfree.records.ledger import by_rule
    from harmfree.records.store import Store, home

    store = Store.open(home())
    if rule is not None:
        _show_ledger(store, rule, as_json)
        return
    rules = by_rule(store.ledger())
    if as_json:
        counted = [entry.__dict__ for entry in rules]
        print_json(
            {**store.manifest.as_json(), "age_days": _age_days(store),
             "sites": store.sites.num_rows, "codes": store.codes.num_rows, "ledger": counted}
        )  # fmt: skip
        return
    _show_store(store, rules)


def _age_days(store: Store) -> int:
    """Days from the last day that the records tell of until today."""
    from datetime import date

    return (date.today() - store.manifest.extract_date).days


def _show_store(store: Store, rules: list[RuleCount]) -> None:
    """Print counts, sources and the ledger by rule."""
    manifest = store.manifest
    click.echo(
        f"{manifest.people:,} people, {manifest.registrations:,} registrations at "
        f"{store.sites.num_rows:,} sites, {manifest.events:,} events of "
        f"{store.codes.num_rows:,} codes."
    )
    click.echo(
        f"The records tell what happened up to {manifest.extract_date} "
        f"({_age_days(store)} days ago). Generation {manifest.generation}, made {manifest.created}."
    )
    click.echo()
    print_table(
        ["source", "kind", "rows", "up to"],
        [(s.label, s.kind, s.rows, s.extract_date) for s in manifest.sources],
    )
    if rules:
        click.echo()
        print_table(
            ["records", "outcome", "rule", "meaning"],
            [(r.records, r.outcome, r.rule, r.meaning) for r in rules],
        )


def _show_ledger(store: Store, rule: str, as_json: bool) -> None:
    """Print the ledger's rows of one rule."""
    import pyarrow.compute as pc

    from harmfree.errors import NotFoundError
    from harmfree.records.rules import RULES

    if rule not in RULES:
        raise NotFoundError(f"There is no rule {rule!r}.", do=f"One of: {', '.join(RULES)}.")
    ledger = store.ledger()
    rows = ledger.filter(pc.equal(ledger["rule"], rule)).to_pylist()
    if as_json:
        print_json(rows)
        return
    print_table(
        ["source", "file", "line", "value", "records"],
        [(r["source"], r["file"], r["line"], r["value"], r["records"]) for r in rows],
    )
