"""One person's timeline: events, predicates as periods, and the hazard's own periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from harmfree.periods.expressions import All, Any, Compared, Not, Predicate, Score, Sustained
from harmfree.periods.plan import list_names
from harmfree.periods.record import Span
from harmfree.periods.reference import Evaluator
from harmfree.periods.stored import comparators_of, resolved_lists
from harmfree.periods.stored_person import person_record
from harmfree.periods.windows import to_date, to_day
from harmfree.programmes.english import sentence
from harmfree.programmes.indicator import Indicator
from harmfree.programmes.registry import code_folders, indicators
from harmfree.records import Bucket, Store
from harmfree.records.pseudonym import parse


@dataclass(frozen=True)
class Lane:
    """One row of the timeline: what it says, and when it is true (end None: still)."""

    words: str
    periods: tuple[tuple[date, date | None], ...]


@dataclass(frozen=True)
class Timeline:
    """What one indicator makes of one person.

    Attributes:
        lanes: the denominator, the numerator within it, and each simple predicate below them.
        events: (date, term, value) of the codes that the indicator reads.
    """

    indicator: Indicator
    lanes: tuple[Lane, ...]
    events: tuple[tuple[date, str, str], ...]


class Person:
    """One person's record, ready to be asked about any indicator."""

    def __init__(self, home: Path, name: str, as_of: date | None) -> None:
        self.home, self.store = home, Store.open(home)
        self.bucket: Bucket = self.store.person(parse(name))
        self.as_of = to_day(as_of or self.store.manifest.extract_date)

    def timelines(self, wanted: list[Indicator]) -> list[Timeline]:
        """The timeline of each indicator that was ever true of the person."""
        names = sorted(set().union(*(list_names([each.definition]) for each in wanted)))
        maps = self.home / "maps"
        lists = resolved_lists(
            self.store, names, code_folders(self.home), maps if maps.is_dir() else None
        )
        record = person_record(self.bucket, 0, lists, comparators_of(self.store))
        evaluator = Evaluator(record, self.as_of)
        self._codes = {name: set(table.code_ids.tolist()) for name, table in lists.items()}
        return [self._timeline(each, evaluator) for each in wanted]

    def _timeline(self, each: Indicator, evaluator: Evaluator) -> Timeline:
        both = each.denominator & each.numerator
        lanes = [self._lane("Hazard or gap (numerator)", evaluator.periods(both))]
        lanes.append(self._lane("Denominator", evaluator.periods(each.denominator)))
        lanes += [
            self._lane(sentence(part, short=True), evaluator.periods(part)) for part in leaves(both)
        ]
        codes = set().union(*(self._codes[name] for name in list_names([each.definition])))
        return Timeline(each, tuple(lanes), tuple(self._events(codes)))

    def _lane(self, words: str, spans: list[Span]) -> Lane:
        return Lane(
            words,
            tuple((to_date(s), None if e > self.as_of else to_date(e)) for s, e in spans),
        )

    def _events(self, codes: set[int]) -> list[tuple[date, str, str]]:
        found = []
        terms, units = self.store.codes["term"], self.store.units
        for row in self.bucket.event.select(["date", "code_id", "value", "unit_id"]).to_pylist():
            if row["code_id"] in codes and to_day(row["date"]) <= self.as_of:
                value = ""
                if row["value"] is not None:
                    sign = units["comparator"][row["unit_id"]].as_py()
                    value = f"{sign}{row['value']:.4g} {units['unit'][row['unit_id']].as_py()}"
                found.append((row["date"], terms[row["code_id"]].as_py(), value.rstrip()))
        return found


def leaves(part: Predicate) -> list[Predicate]:
    """The simple predicates below a combination, each once, in order."""
    if isinstance(part, All | Any):
        found = [leaf for each in part.parts for leaf in leaves(each)]
    elif isinstance(part, Not):
        found = leaves(part.part)
    elif isinstance(part, Sustained):
        found = [part, *leaves(part.part)]
    elif isinstance(part, Compared) and isinstance(part.quantity, Score):
        found = [part, *(leaf for each, _ in part.quantity.weights for leaf in leaves(each))]
    else:
        found = [part]
    return list(dict.fromkeys(found))


def every_indicator() -> list[Indicator]:
    """All indicators that can be on a worklist."""
    return [each for each in indicators() if each.on_worklist]
