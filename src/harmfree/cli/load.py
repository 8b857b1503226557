"""`harmfree load`: take an extract of records into the store."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harmfree.cli.output import json_option, print_json, print_table, progress

if TYPE_CHECKING:
    from harmfree.records.loading import Loaded

_EPILOG = """
\b
Example:
  harmfree load extracts/2026-11 --label practice-a
  harmfree load gp.ndjson.gz --extract-date 2026-10-31
  harmfree load csv-folder --source csv --mapping mapping.toml

The same extract twice changes nothing. A later extract with the same label updates: what is sent
again replaces what was there. What was left out, and why: harmfree status.

\b
Exit codes: 0 done; 5 no such path; 10 another load is running; 11 the store is damaged;
12 nothing readable there; 13 the mapping is wrong; 14 loaded, but for files that are unreadable.
"""


@click.command(epilog=_EPILOG)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--source",
    type=click.Choice(["auto", "fhir", "omop", "csv", "ehrql"]),
    default="auto",
    show_default=True,
    help="What the files are.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help="What the columns of CSV files mean (TOML or JSON), or the name of a mapping of ours: "
    "synthea.",
)
@click.option(
    "--label",
    default="",
    help="Name of the source, the same for its later extracts. Default: the name of PATH.",
)
@click.option(
    "--extract-date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day up to which the extract tells what happened. Default: its latest event.",
)
@json_option
def command(
    path: Path,
    source: str,
    mapping: Path | None,
    label: str,
    extract_date: datetime | None,
    as_json: bool,
) -> None:
    """Load an extract of records (a file or a folder) into the store."""
    from harmfree.records.extract import find_extract
    from harmfree.records.loading import load
    from harmfree.records.store import home

    extract = find_extract(
        path,
        kind=source,
        label=label,
        extract_date=extract_date.date() if extract_date else None,
        mapping=mapping,
    )
    with progress() as tell:
        loaded = load(home(), extract, tell)
    _show(loaded, as_json)
    _complain(loaded)


def _show(loaded: Loaded, as_json: bool) -> None:
    """Print what was loaded and what was not."""
    from harmfree.records.ledger import by_rule
    from harmfree.records.store import Store, home

    rules = by_rule(Store.open(home()).ledger(), loaded.source.label)
    manifest, source = loaded.manifest, loaded.source
    if as_json:
        print_json(
            {
                "changed": loaded.changed,
                "source": source.__dict__,
                "store": {"generation": manifest.generation, "people": manifest.people,
                          "registrations": manifest.registrations, "events": manifest.events},
                "ledger": [rule.__dict__ for rule in rules],
            }
        )  # fmt: skip
        return
    if not loaded.changed:
        click.echo(f"Nothing new: this extract of {source.label!r} is in the store already.")
        return
    click.echo(
        f"Loaded {source.label!r} ({source.kind}, up to {source.extract_date}). The store has "
        f"{manifest.people:,} people and {manifest.events:,} events (generation "
        f"{manifest.generation})."
    )
    if rules:
        click.echo("Not taken as it came:")
        rows = [(r.records, r.outcome, r.rule, r.meaning) for r in rules]
        print_table(["records", "outcome", "rule", "meaning"], rows)


def _complain(loaded: Loaded) -> None:
    """Raise when whole files could not be read, so that a script notices."""
    import pyarrow.compute as pc

    from harmfree.records.errors import UnreadableFileError
    from harmfree.records.store import Store, home

    ledger = Store.open(home()).ledger()
    bad = ledger.filter(
        pc.and_(
            pc.equal(ledger["rule"], "file_unreadable"),
            pc.equal(ledger["source"], loaded.source.label),
        )
    )
    if bad.num_rows:
        raise UnreadableFileError(
            f"{bad.num_rows} file(s) could not be read to the end; the others were loaded.",
            where=", ".join(sorted(set(bad["file"].to_pylist()))[:5]),
            do="Send the file again whole, then load it once more.",
        )
