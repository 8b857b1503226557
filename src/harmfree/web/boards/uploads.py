"""Tables that leads bring: bounded, read row by row, kept without the file, audited."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from harmfree.publish.roll_out import read_register
from harmfree.publish.savings import read_prices
from harmfree.web.access.scope import Access
from harmfree.web.audit.chain import record
from harmfree.web.boards.models import Upload
from harmfree.web.organisations.tree import Node, tree

Read = tuple[list[dict[str, Any]], list[tuple[int, str]]]


@dataclass(frozen=True)
class Table:
    """A kind of table that can be brought.

    Attributes:
        title, explanation: of its page. columns: what its first line must hold.
        largest: bytes. read: its good rows and (line, what is wrong) of the others.
    """

    title: str
    explanation: str
    columns: str
    largest: int
    read: Callable[[Path, Node], Read]


def _register(path: Path, region: Node) -> Read:
    held = tree()
    inside = held.below(region.id)
    known = [node.code for node in held.nodes.values() if node.id in inside]
    found = read_register(path, known)
    rows = [
        asdict(each) | {"go_live": each.go_live.isoformat() if each.go_live else None}
        for each in found.starts
    ]
    return rows, list(found.rejected)


def _prices(path: Path, _: Node) -> Read:
    found = read_prices(path)
    return [asdict(each) for each in found.prices], list(found.rejected)


TABLES: dict[str, Table] = {
    Upload.Kind.REGISTER: Table(
        "Bring a roll-out register",
        "Which practice started when. Practices without a first day are compared with.",
        "site, go_live (such as 2026-03-01, or empty) and, if you like, sessions",
        1_000_000,
        _register,
    ),
    Upload.Kind.PRICES: Table(
        "Bring a price list",
        "What a unit of each presentation costs. It is kept for your region; prices change every "
        "month and are not part of this service.",
        "set, code, price (pounds for a tablet, capsule or millilitre)",
        5_000_000,
        _prices,
    ),
}


def read(table: Table, file: UploadedFile, region: Node) -> Read:
    """What an upload holds.

    Raises:
        InputError: it cannot be read, or lacks a column.
    """
    with tempfile.TemporaryDirectory(prefix="harmfree-board-") as folder:
        path = Path(folder) / "table.csv"
        with path.open("wb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
        return table.read(path, region)


@transaction.atomic
def keep(access: Access, kind: str, region: Node, file_name: str, found: Read) -> Upload:
    """Keep what was read; the newest holds."""
    assert access.user is not None
    rows, rejected = found
    made = Upload.objects.create(
        kind=kind,
        organisation_id=region.id,
        file_name=Path(file_name).name[:200],
        content=rows,
        rejected=rejected,
        by=access.user,
    )
    record(
        access,
        "table.brought",
        subject=f"upload:{made.pk}",
        organisation=region.code,
        kind=str(kind),
        rows=len(rows),
        left_out=len(rejected),
    )
    return made


@transaction.atomic
def withdraw(access: Access, upload: Upload) -> None:
    """Take a table out of use; it stays in the trail."""
    upload.withdrawn = timezone.now()
    upload.save(update_fields=["withdrawn"])
    record(
        access,
        "table.withdrawn",
        subject=f"upload:{upload.pk}",
        organisation=upload.organisation.code,
        kind=upload.kind,
    )
