"""Working memory, blocks of people, kept machine code: none of it changes what comes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmfree.periods import engine, issued, latest, months, registered
from harmfree.periods.compiled import forget_outdated, with_plain_places
from harmfree.periods.definition import Definition
from harmfree.periods.engine import Request
from harmfree.periods.expressions import Predicate
from harmfree.periods.kernel_state import Memory
from harmfree.periods.kernel_tables import LEVEL, SPAN
from harmfree.periods.record import PersonRecord
from harmfree.periods.table import read_record
from harmfree.periods.tallies import Changes, Totals
from harmfree.periods.windows import DefinitionError
from periods.strategies import predicates, records
from periods.test_kernel import REQUEST, swept

DEFINITIONS = [Definition("d", registered(), issued("nsaid", months(3)) | (latest("egfr") < 45))]


def same(one: Changes, other: Changes) -> bool:
    """The same changes; those of a tally in any order."""
    sums = [Totals(len(each.first) - 1, 3, len(REQUEST.index_dates)) for each in (one, other)]
    for total, each in zip(sums, (one, other), strict=True):
        total.add(each)
    return np.array_equal(*(total.counts() for total in sums))


def person(day: int) -> PersonRecord:
    return read_record(
        "born 1950-01-01, female\nregistered 2000-01-01 at 1\n"
        f"2024-03-{day:02} nsaid\n2024-04-{day:02} egfr {40 + day}"
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(predicates, predicates), min_size=1, max_size=2),
    st.lists(records(), min_size=3, max_size=5),
)
def test_the_size_of_a_block_does_not_matter(
    pairs: list[tuple[Predicate, Predicate]], people: list[PersonRecord]
):
    definitions = [Definition(f"d{i}", *pair) for i, pair in enumerate(pairs)]
    together = swept(definitions, people)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "PEOPLE_IN_BLOCK", 2)
        apart = swept(definitions, people)
    assert same(together.sites, apart.sites)
    assert np.array_equal(np.sort(together.runs), np.sort(apart.runs))
    rows = [
        sorted((*map(int, found.runs[e["run"]].tolist()), int(e["row"])) for e in found.evidence)
        for found in (together, apart)
    ]
    assert rows[0] == rows[1]


def test_memory_grows_until_a_block_fits(monkeypatch: pytest.MonkeyPatch):
    class Tiny(Memory):
        grown = 0

        def __init__(self, *arguments) -> None:
            super().__init__(*arguments)
            self.state = self.state._replace(
                moments=self.state.moments[:1], spans=np.zeros(1, SPAN), levels=np.zeros(0, LEVEL)
            )

        def grow(self) -> None:
            Tiny.grown += 1
            super().grow()

    people = [person(day) for day in range(1, 20)]
    expected = swept(DEFINITIONS, people)
    monkeypatch.setattr(engine, "Memory", Tiny)
    found = swept(DEFINITIONS, people)
    assert Tiny.grown >= 2
    assert same(found.sites, expected.sites)
    assert (found.runs == expected.runs).all()
    assert (found.evidence == expected.evidence).all()


def test_nobody_gives_nothing():
    found = swept(DEFINITIONS, [])
    assert not len(found.sites.cell)
    assert len(found.runs) == len(found.evidence) == 0


@pytest.mark.parametrize("as_of", [-50_000, 70_000])
def test_a_last_day_outside_the_calendar_is_refused(as_of: int):
    with pytest.raises(DefinitionError, match="1850 to 2149"):
        Request(as_of, np.zeros(0, np.int32), 1, np.zeros(1, np.int32))


def test_index_dates_after_the_last_day_and_missing_areas_are_refused():
    with pytest.raises(DefinitionError, match="after the last day"):
        Request(19_000, np.array([19_001], np.int32), 1, np.zeros(1, np.int32))
    with pytest.raises(DefinitionError, match="3 sites need as many areas"):
        Request(19_000, REQUEST.index_dates[:0], 3, np.zeros(1, np.int32))


def test_machine_code_is_dropped_when_any_source_changes(tmp_path: Path):
    kept = tmp_path / "__pycache__"
    kept.mkdir()
    for name in ("kernel.py", "kernel_atoms.py", "other.py"):
        (tmp_path / name).write_text("x = 1")
    assert forget_outdated(tmp_path, kept)
    index = kept / "kernel.sweep-1.nbi"
    index.write_text("")
    assert not forget_outdated(tmp_path, kept)
    (tmp_path / "other.py").write_text("x = 2")
    assert not forget_outdated(tmp_path, kept)
    assert index.exists()
    (tmp_path / "kernel_atoms.py").write_text("x = 2")
    assert forget_outdated(tmp_path, kept)
    assert not index.exists()


def test_a_number_between_brackets_is_a_place_unless_it_is_written_as_negative():
    def second_and_last(held: np.ndarray, at: int) -> tuple[int, int]:
        return held[at], held[-1]

    assert with_plain_places(second_and_last)(np.arange(3), 1) == (1, 2)
    assert "np.uintp" not in second_and_last.__code__.co_names


def test_totals_take_nothing_once_their_counts_were_asked_for() -> None:
    one = Changes(np.array([0, 2]), np.array([0, 1], np.int32), np.array([2, -1], np.int32))
    totals = Totals(1, 1, 3)
    totals.add(one)
    assert totals.counts().tolist() == [[[2, 1, 1]]] == totals.counts().tolist()
    with pytest.raises(RuntimeError, match="no changes"):
        totals.add(one)
