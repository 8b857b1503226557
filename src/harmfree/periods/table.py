"""Text tables: a record written as people read it, and periods written back.

A record::

    born 1959-06-01, female
    registered 2000-01-01 at 1
    2024-05-10  nsaid_oral
    2024-01-10  egfr        44.9
    2024-02-01  egfr        >90
    2024-03-01  morphine    60     until 2024-03-31 weight 10 group 2

Several lists on one line are joined with ``+`` (one event that both lists hold).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from harmfree.periods.record import Event, PersonRecord, Registration, Span
from harmfree.periods.windows import DefinitionError, to_date, to_day

DATE = r"\d{4}-\d{2}-\d{2}"
PERSON = re.compile(rf"^born ({DATE}|unknown), (\w+)(?:, died ({DATE}))?$")
REGISTERED = re.compile(rf"^registered ({DATE})(?: to ({DATE}))?(?: at (\d+))?$")
EVENT = re.compile(
    rf"^({DATE})\s+([\w+]+)(?:\s+(<=|>=|<|>|~)?(-?[\d.]+))?(?:\s+until ({DATE}))?"
    r"(?:\s+weight ([\d.]+))?(?:\s+group (\d+))?$"
)


def read_record(text: str) -> PersonRecord:
    """A person's record from its text table.

    Raises:
        DefinitionError: a line that is none of the three kinds, with its number.
    """
    birth, sex, death = None, "unknown", None
    registrations: list[Registration] = []
    lists: dict[str, list[Event]] = {}
    for number, line in enumerate(text.strip().splitlines(), 1):
        line = line.strip()
        if person := PERSON.match(line):
            birth = None if person[1] == "unknown" else to_day(person[1])
            sex, death = person[2], to_day(person[3]) if person[3] else None
        elif place := REGISTERED.match(line):
            end = to_day(place[2]) if place[2] else None
            registrations.append(Registration(int(place[3] or 0), to_day(place[1]), end))
        elif event := EVENT.match(line):
            for codes in event[2].split("+"):
                lists.setdefault(codes, []).append(_event(event, number))
        elif line:
            raise DefinitionError(f"This line cannot be read: {line!r}", where=f"line {number}")
    ordered = {codes: tuple(sorted(found, key=lambda e: e.day)) for codes, found in lists.items()}
    return PersonRecord(birth, sex, death, tuple(registrations), ordered)


def _event(found: re.Match[str], row: int) -> Event:
    return Event(
        day=to_day(found[1]),
        value=Event.rounded(float(found[4])) if found[4] else None,
        comparator=found[3] or "",
        until=to_day(found[5]) if found[5] else None,
        weight=float(found[6] or 0),
        group=int(found[7] or 0),
        row=row,
    )


def write_spans(spans: Iterable[Span], as_of: int) -> list[str]:
    """Periods as text: ``2024-05-10 to 2024-08-11`` (end not included) or ``2024-05-10 on``."""
    return [
        f"{to_date(start)} on" if end > as_of else f"{to_date(start)} to {to_date(end)}"
        for start, end in spans
    ]
