"""How an example of the manual is checked: by three evaluators, on every day that matters."""

from __future__ import annotations

from harmfree.periods.definition import Definition
from harmfree.periods.engine import OPEN
from harmfree.periods.expressions import Predicate
from harmfree.periods.naive import holds
from harmfree.periods.record import PersonRecord, Registration
from harmfree.periods.reference import evaluate
from harmfree.periods.table import read_record, write_spans
from harmfree.periods.windows import FIRST_DAY, to_day
from periods import test_kernel

AS_OF = to_day("2024-12-31")
BORN = "born 1960-02-29, female\n"
Example = tuple[str, Predicate, list[str]]


def check(table: str, part: Predicate, expected: list[str]) -> None:
    """The table's periods are the expected ones, by the reference, by the day, by the kernel."""
    record = read_record(table if table.startswith("born") else BORN + table)
    spans = evaluate(part, record, AS_OF)
    assert write_spans(spans, AS_OF) == expected
    edges = {day for span in spans for day in span} | {to_day("2024-01-10")}
    for day in sorted({edge + shift for edge in edges for shift in (-1, 0, 1)}):
        if FIRST_DAY <= day <= AS_OF:
            assert holds(part, record, day) == any(s <= day < e for s, e in spans), day
    assert by_kernel(part, record) == expected


def by_kernel(part: Predicate, record: PersonRecord) -> list[str]:
    """The periods by the kernel; where the table names no registration, somebody always was."""
    if not record.registrations:
        always = (Registration(0, FIRST_DAY),)
        record = PersonRecord(record.birth, record.sex, record.death, always, record.lists)
    found = test_kernel.swept([Definition("d", part, part)], [record], AS_OF)
    spans = sorted((int(run["start"]), int(run["end"])) for run in found.runs)
    return write_spans([(s, AS_OF + 1 if e == OPEN else e) for s, e in spans], AS_OF)
