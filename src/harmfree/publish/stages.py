"""How far each organisation is with each intervention, through mergers.

An entry counts while its organisation is valid. "As was" shows organisations as they were on the
day; "as is" rolls every organisation up to those that took its place. When several come together,
the least advanced stage is kept until the successor reports its own: a merger never looks like
progress. Source of the rules: the tracker of patient safety collaboratives as found in the open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from harmfree.errors import InputError
from harmfree.publish.rejections import Ledger, Rejection
from harmfree.publish.user_tables import Row, read_table

View = Literal["was", "is"]
MOST = 9
"""Highest stage that is accepted; a collaborative names its own stages, 0 being not begun."""


@dataclass(frozen=True)
class Organisation:
    """One organisation.

    Attributes:
        code: its ODS code. name: its name.
        valid_from: first day. valid_to: first day on which it is gone; None while it exists.
        successors: codes of those that took its place.
    """

    code: str
    name: str
    valid_from: date
    valid_to: date | None
    successors: tuple[str, ...]

    def valid(self, day: date) -> bool:
        """Whether it exists on the day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Entry:
    """The stage that an organisation reported for an intervention on a day."""

    organisation: str
    intervention: str
    on: date
    stage: int


@dataclass(frozen=True)
class Standing:
    """Where an organisation stands.

    Attributes:
        organisation: its code. name: its name. intervention: for what.
        stage: 0 is not begun. since: when it was reported. reported_by: whose entries it rests on.
        conflict: whether predecessors differed, and the least advanced was kept.
    """

    organisation: str
    name: str
    intervention: str
    stage: int
    since: date
    reported_by: tuple[str, ...]
    conflict: bool


@dataclass
class Tracker:
    """Organisations and their entries; `ledger` is what was left out of both files."""

    organisations: dict[str, Organisation]
    entries: tuple[Entry, ...]
    ledger: Ledger = field(default_factory=lambda: Ledger(()))

    def standings(self, on: date, view: View = "is", today: date | None = None) -> list[Standing]:
        """Where every organisation of the view stands on a day, by code and intervention.

        Args:
            on: the day; later entries do not count.
            view: "was" for the organisations of that day, "is" for those of `today`.
            today: the day of "is"; None for the real today.
        """
        day = on if view == "was" else today or date.today()
        entries = [each for each in self.entries if each.on <= on]
        found = []
        for code in sorted(self.organisations):
            if not self.organisations[code].valid(day):
                continue
            for what in sorted({each.intervention for each in entries}):
                mine = self._latest(code, what, entries, day)
                if mine:
                    found.append(_standing(self.organisations[code], what, mine))
        return found

    def _latest(self, code: str, what: str, entries: list[Entry], day: date) -> list[Entry]:
        """The entries that decide: its own, and those of predecessors not yet superseded."""
        own = _last(code, what, entries)
        found = [own] if own else []
        for other in self.organisations.values():
            if code not in other.successors or other.valid_to is None or other.valid_to > day:
                continue
            if own is None or own.on < other.valid_to:
                found += self._latest(other.code, what, entries, day)
        return found


def _last(code: str, what: str, entries: list[Entry]) -> Entry | None:
    mine = [e for e in entries if e.organisation == code and e.intervention == what]
    return max(mine, key=lambda e: (e.on, -e.stage), default=None)


def _standing(organisation: Organisation, what: str, entries: list[Entry]) -> Standing:
    least = min(entries, key=lambda e: (e.stage, e.on))
    return Standing(
        organisation.code,
        organisation.name,
        what,
        least.stage,
        least.on,
        tuple(sorted({each.organisation for each in entries})),
        len({each.stage for each in entries}) > 1,
    )


def read_tracker(organisations: Path, stages: Path) -> Tracker:
    """Read both files.

    Args:
        organisations: columns code, name, valid_from, valid_to, successors (codes, with `;`).
        stages: columns organisation, intervention, date, stage (blank: not reported).

    Raises:
        InputError: a file cannot be read, lacks a column, or successors lead in a circle or to
            an organisation that is not in the file.
    """
    left_out: list[Rejection] = []
    columns = ("code", "name", "valid_from", "valid_to", "successors")
    held: dict[str, Organisation] = {}
    for line, row in read_table(organisations, columns, "A list of organisations"):
        try:
            each = _organisation(row, held)
            held[each.code] = each
        except ValueError as wrong:
            left_out.append(Rejection(organisations.name, line, "", row["code"], str(wrong)))
    _check(held, organisations.name)
    entries = []
    for line, row in read_table(
        stages, ("organisation", "intervention", "date", "stage"), "A table of stages"
    ):
        try:
            entry = _entry(row, held)
            entries += [entry] if entry else []
        except ValueError as wrong:
            left_out.append(Rejection(stages.name, line, "", row["organisation"], str(wrong)))
    return Tracker(held, tuple(entries), Ledger.of(left_out))


def _organisation(row: Row, held: dict[str, Organisation]) -> Organisation:
    if not row["code"]:
        raise ValueError("The organisation has no code.")
    if row["code"] in held:
        raise ValueError("The code stands twice; the first row counts.")
    start, end = _day(row["valid_from"]), _day(row["valid_to"]) if row["valid_to"] else None
    if end is not None and end <= start:
        raise ValueError("The organisation ends before it begins.")
    successors = tuple(part.strip() for part in row["successors"].split(";") if part.strip())
    if successors and end is None:
        raise ValueError("The organisation has successors and no day on which it ended.")
    return Organisation(row["code"], row["name"] or row["code"], start, end, successors)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("A date is not written as 2026-01-31.") from None


def _entry(row: Row, held: dict[str, Organisation]) -> Entry | None:
    """The entry; None for a blank stage, which is no report."""
    if row["organisation"] not in held:
        raise ValueError("The organisation is not in the list.")
    if not row["intervention"]:
        raise ValueError("The intervention is not named.")
    on = _day(row["date"])
    if not held[row["organisation"]].valid(on):
        raise ValueError("The organisation was not valid on that day.")
    if not row["stage"]:
        return None
    if not row["stage"].isdecimal() or int(row["stage"]) > MOST:
        raise ValueError(f"The stage is not a whole number from 0 to {MOST}.")
    return Entry(row["organisation"], row["intervention"], on, int(row["stage"]))


def _check(held: dict[str, Organisation], where: str) -> None:
    """Every successor is there, and none leads back."""
    for each in held.values():
        for code in each.successors:
            if code not in held:
                raise InputError(
                    f"The successor {code} of {each.code} is not in the list.",
                    where=where,
                    do="Add its row, or correct the code.",
                )
    for each in held.values():
        if _leads_back(each.code, each.code, held, set()):
            raise InputError(f"The successors of {each.code} lead back to it.", where=where)


def _leads_back(start: str, at: str, held: dict[str, Organisation], seen: set[str]) -> bool:
    for code in held[at].successors:
        if code == start:
            return True
        if code not in seen:
            seen.add(code)
            if _leads_back(start, code, held, seen):
                return True
    return False
