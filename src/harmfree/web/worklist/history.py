"""The history of a case: what people did about it and what runs made of it, in one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from harmfree.web.worklist.listing import reason
from harmfree.web.worklist.models import Case, Turn


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `by` is empty for what nobody did."""

    at: datetime
    words: str
    by: str = ""


def history(case: Case) -> list[Entry]:
    """Everything that happened to a case, oldest first."""
    found = [Entry(case.first_seen, "First on the worklist")]
    found += [Entry(each.at, each.words, str(each.by)) for each in case.actions.all()]
    found += [Entry(each.at, turned(each)) for each in case.turns.all()]
    return sorted(found, key=lambda entry: entry.at)


def turned(turn: Turn) -> str:
    """What a run made of a case, in words."""
    said = turn.get_became_display()
    if turn.because:
        said += f": {reason(turn.because).lower()}"
    return f"{said}. {turn.words}" if turn.words else said
