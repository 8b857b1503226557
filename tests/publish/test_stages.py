"""The stage tracker: validity of organisations, mergers, as was and as is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from harmfree.errors import InputError
from harmfree.publish.births_example import write_example
from harmfree.publish.stages import Tracker, View, read_tracker

HEAD = "code,name,valid_from,valid_to,successors\n"
MERGER = HEAD + "A,Ay,2010-01-01,2025-07-01,C\nB,Bee,2010-01-01,2025-07-01,C\nC,Cee,2025-07-01,,\n"


def tracker(tmp_path: Path, organisations: str, *stages: str) -> Tracker:
    first, second = tmp_path / "organisations.csv", tmp_path / "stages.csv"
    first.write_text(organisations)
    second.write_text("\n".join(["organisation,intervention,date,stage", *stages]) + "\n")
    return read_tracker(first, second)


def shown(found: Tracker, on: str, view: View = "is") -> dict[str, tuple[int, bool]]:
    standings = found.standings(date.fromisoformat(on), view, today=date(2026, 11, 28))
    return {each.organisation: (each.stage, each.conflict) for each in standings}


def test_a_merger_keeps_the_least_advanced_stage(tmp_path: Path):
    found = tracker(tmp_path, MERGER, "A,cord,2025-04-01,4", "B,cord,2025-04-01,2")
    assert shown(found, "2025-06-30", "was") == {"A": (4, False), "B": (2, False)}
    assert shown(found, "2025-07-01", "was") == {"C": (2, True)}
    assert shown(found, "2025-06-30", "is") == {"C": (2, True)}
    assert found.standings(date(2025, 8, 1))[0].reported_by == ("A", "B")


def test_the_successors_own_report_takes_their_place(tmp_path: Path):
    stages = ("A,cord,2025-04-01,4", "B,cord,2025-04-01,2", "C,cord,2025-10-01,5")
    found = tracker(tmp_path, MERGER, *stages)
    assert shown(found, "2025-09-30") == {"C": (2, True)}
    assert shown(found, "2025-10-01") == {"C": (5, False)}


def test_an_organisation_that_takes_over_another_keeps_the_least_advanced(tmp_path: Path):
    """C existed before: its older report and the predecessor's count together."""
    organisations = HEAD + "A,Ay,2010-01-01,2025-07-01,C\nC,Cee,2010-01-01,,\n"
    found = tracker(tmp_path, organisations, "A,cord,2025-04-01,1", "C,cord,2025-04-01,4")
    assert shown(found, "2025-06-30", "was") == {"A": (1, False), "C": (4, False)}
    assert shown(found, "2025-07-01", "was") == {"C": (1, True)}


def test_predecessors_that_agree_are_no_conflict(tmp_path: Path):
    found = tracker(tmp_path, MERGER, "A,cord,2025-04-01,3", "B,cord,2025-05-01,3")
    assert shown(found, "2025-08-01") == {"C": (3, False)}


def test_a_chain_and_a_split(tmp_path: Path):
    organisations = (
        HEAD + "A,Ay,2010-01-01,2020-01-01,B\nB,Bee,2020-01-01,2025-01-01,C; D\n"
        "C,Cee,2025-01-01,,\nD,Dee,2025-01-01,,\n"
    )
    found = tracker(tmp_path, organisations, "A,cord,2019-01-01,3")
    assert shown(found, "2019-06-01", "was") == {"A": (3, False)}
    assert shown(found, "2021-01-01", "was") == {"B": (3, False)}
    assert shown(found, "2026-01-01") == {"C": (3, False), "D": (3, False)}


def test_a_blank_is_no_report_and_the_latest_counts(tmp_path: Path):
    stages = ("A,cord,2025-01-01,2", "A,cord,2025-04-01,", "A,cord,2025-03-01,3")
    found = tracker(tmp_path, MERGER, *stages)
    assert shown(found, "2025-06-01", "was") == {"A": (3, False)}
    assert shown(found, "2025-02-01", "was") == {"A": (2, False)}
    assert not found.ledger.entries


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        ("A,cord,2025-07-01,4", "not valid on that day"),  # the first day on which it is gone
        ("C,cord,2025-06-30,4", "not valid on that day"),
        ("Z,cord,2025-06-30,4", "not in the list"),
        ("A,cord,soon,4", "date"),
        ("A,cord,2025-06-01,ten", "whole number"),
        ("A,cord,2025-06-01,10", "whole number"),
        ("A,,2025-06-01,1", "not named"),
    ],
)
def test_an_entry_that_cannot_count(tmp_path: Path, stage: str, says: str):
    found = tracker(tmp_path, MERGER, stage, "A,cord,2025-06-30,2")
    assert shown(found, "2025-06-30", "was") == {"A": (2, False)}
    assert [says in each.rule for each in found.ledger.entries] == [True]


def test_an_organisation_that_cannot_be(tmp_path: Path):
    rows = "A,Ay,2010-01-01,,B\nB,Bee,2010-01-01,2009-01-01,\nD,Dee,x,,\n,E,2010-01-01,,\n"
    found = tracker(tmp_path, HEAD + rows + "C,Cee,2010-01-01,,\nC,See,2010-01-01,,\n")
    assert list(found.organisations) == ["C"]
    assert found.ledger.rows == 5


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("A,Ay,2010-01-01,2025-01-01,Z\n", "not in the list"),
        ("A,Ay,2010-01-01,2025-01-01,B\nB,Bee,2010-01-01,2025-01-01,A\n", "lead back"),
    ],
)
def test_successors_that_lead_nowhere_stop_the_file(tmp_path: Path, rows: str, says: str):
    with pytest.raises(InputError, match=says):
        tracker(tmp_path, HEAD + rows)


def test_the_example_has_a_merger(tmp_path: Path):
    _, organisations, stages = write_example(tmp_path / "births.csv", births=10)
    found = read_tracker(organisations, stages)
    assert found.ledger.rows == 1
    on = date(2025, 12, 31)
    merged = {e.intervention: e for e in found.standings(on) if e.organisation == "ZX9"}
    assert (merged["magnesium"].stage, merged["magnesium"].conflict) == (2, True)
    assert (merged["cord"].stage, merged["cord"].conflict) == (4, False)
