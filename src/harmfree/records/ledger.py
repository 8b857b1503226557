"""The ledger of a generation: what was left out or changed, by file, line, rule and value."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from harmfree.records import schema
from harmfree.records.pseudonym import shown
from harmfree.records.rules import RULES
from harmfree.records.staging import Stage

_TEN_DIGITS = re.compile(r"\d{10,}")  # might be an NHS number


@dataclass(frozen=True)
class RuleCount:
    """How many records one rule touched."""

    rule: str
    outcome: str
    meaning: str
    records: int


def ledger_table(stage: Stage, old: pa.Table | None) -> pa.Table:
    """All rows of the ledger: those of this load, and the old ones of other files."""
    label = stage.settings.label
    rows = [*_event_rows(stage), *_person_rows(stage)]
    rows += [(n.file, n.line, n.rule, n.value, n.records) for n in stage.notes()]
    columns = [[row[place] for row in sorted(rows)] for place in range(5)]
    fresh = pa.table([[label] * len(rows), *columns], schema=schema.LEDGER)
    if old is None:
        return fresh
    same = pc.and_(
        pc.equal(old["source"], label),
        pc.is_in(old["file"], pa.array([*stage.files, ""], pa.string())),
    )
    return pa.concat_tables([old.filter(pc.invert(same)), fresh])


def _event_rows(stage: Stage) -> list[tuple[str, str, str, str, int]]:
    """Events and registrations left out or changed; one row a record, not one a coding."""
    parts = (
        f"SELECT DISTINCT file, item, coalesce(rule, note) AS rule, detail "
        f"FROM {stage.rows('events')} WHERE rule IS NOT NULL OR note IS NOT NULL",
        f"SELECT DISTINCT file, item, rule, detail FROM {stage.rows('registrations')} "
        "WHERE rule IS NOT NULL",
    )
    found = stage.con.execute(" UNION ALL ".join(parts)).fetchall()
    return [
        (stage.files[file], _TEN_DIGITS.sub("#", item or ""), rule, detail or "", 1)
        for file, item, rule, detail in found
    ]


def _person_rows(stage: Stage) -> list[tuple[str, str, str, str, int]]:
    """People left out, changed or named twice."""
    people = stage.rows("people")
    left_out = f"SELECT file, person, rule FROM {people} WHERE rule IS NOT NULL"
    notes = f"SELECT file, person, unnest(notes) FROM {people} WHERE rule IS NULL"
    twice = (
        f"SELECT max(file), person, 'person_twice' FROM {people} WHERE rule IS NULL "
        "GROUP BY person HAVING count(*) > 1"
    )
    found = stage.con.execute(f"{left_out} UNION ALL {notes} UNION ALL {twice}").fetchall()
    counted = Counter(found)
    return [
        (stage.files[file], "" if rule == "no_person" else shown(person), rule, "", count)
        for (file, person, rule), count in counted.items()
    ]


def by_rule(ledger: pa.Table, source: str | None = None) -> list[RuleCount]:
    """How many records each rule touched (of one source, if named), the most first."""
    if source is not None:
        ledger = ledger.filter(pc.equal(ledger["source"], source))
    counted = ledger.group_by("rule").aggregate([("records", "sum")])
    pairs = zip(counted["rule"].to_pylist(), counted["records_sum"].to_pylist(), strict=True)
    return [
        RuleCount(rule, RULES[rule].outcome, RULES[rule].meaning, records)
        for rule, records in sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    ]
