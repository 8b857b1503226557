"""`harmfree audit`: prove that nobody changed the audit trail, and take a copy of it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from harmfree.cli.output import json_option, print_json


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Check and export the audit trail.

    Each entry carries a digest over itself and the one before. Keep the last digest that
    `harmfree audit verify` prints somewhere else: the trail that ends in it, whole, is the one
    that you saw.

    \b
    harmfree audit verify
    harmfree audit export trail.ndjson

    Exit codes: 0 whole; 4 the file cannot be written; 92 the trail was changed.
    """


@command.command()
@click.option("--expect", metavar="NUMBER:DIGEST", help="An entry that must be in the trail.")
@json_option
def verify(expect: str | None, as_json: bool) -> None:
    """Walk the whole trail and say whether any entry was changed, left out or put in.

    \b
    harmfree audit verify --expect 1204:9f2c...
    """
    from harmfree.web import boot

    boot()
    from harmfree.web.audit import chain

    count, last = chain.verify()
    if expect is not None:
        _must_hold(expect)
    if as_json:
        print_json({"entries": count, "digest": last, "whole": True})
    else:
        click.echo(f"{count:,} entries, none changed. The last one: {count}:{last}")


def _must_hold(expect: str) -> None:
    """Fail when the trail has not the entry that somebody noted earlier."""
    from harmfree.errors import InputError
    from harmfree.web.audit.models import AuditEvent
    from harmfree.web.errors import AuditBrokenError

    number, _, digest = expect.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise InputError(
            "--expect takes NUMBER:DIGEST.", do="As `harmfree audit verify` prints it."
        )
    if not AuditEvent.objects.filter(number=int(number), digest=digest).exists():
        raise AuditBrokenError(
            f"The trail has no entry {number} with that digest: it was written anew.",
            do="Compare it with a backup.",
        )


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def export(file: Path, as_json: bool) -> None:
    """Write every entry to FILE, one JSON object a line, after checking the chain.

    \b
    harmfree audit export trail.ndjson
    """
    from harmfree.errors import InputError
    from harmfree.web import boot

    boot()
    from harmfree.web.audit.chain import record, verify
    from harmfree.web.audit.models import AuditEvent

    count, last = verify()
    names = [field.name for field in AuditEvent._meta.fields]
    rows = AuditEvent.objects.filter(number__lte=count).order_by("number").values(*names)
    try:
        with file.open("w", encoding="utf-8") as out:
            for row in rows.iterator(chunk_size=2000):
                line = json.dumps(row | {"at": row["at"].isoformat()}, ensure_ascii=False)
                out.write(line + "\n")
    except OSError as wrong:
        raise InputError("The file cannot be written.", where=str(file)) from wrong
    record(None, "audit.exported", rows=count)
    if as_json:
        print_json({"file": str(file), "entries": count, "digest": last})
    else:
        click.echo(f"{count:,} entries in {file.name}.")
