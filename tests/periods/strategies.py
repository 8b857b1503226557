"""Hypothesis strategies: expressions built backwards from their type, and records that collide.

Small ranges on purpose: few days, few values and few lists, so that windows end on the day that
something begins, values tie and lists share events.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import strategies as st

from harmfree.periods import (
    aged,
    alive,
    burden,
    contract_year,
    days,
    derived,
    distinct,
    issued,
    latest,
    months,
    recorded,
    registered,
    score,
    sex,
    started,
    supply,
    sustained,
    together,
    unresolved,
)
from harmfree.periods.expressions import Derivation, DerivationInput, Predicate, Quantity
from harmfree.periods.record import Event, PersonRecord, Registration
from harmfree.periods.windows import to_day

FIRST = to_day("2023-11-25")
AS_OF = to_day("2024-06-05")
BIRTHS = (date(2004, 2, 29), date(2006, 3, 1), date(2024, 2, 29), date(2005, 12, 31))
LISTS = ("a", "b", "c")
CORNER_DATES = ("2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-01")
CORNERS = [to_day(text) for text in CORNER_DATES]


def running_mean(rows: DerivationInput) -> np.ndarray:
    """Mean of all values so far: depends on the whole history, so that mistakes show."""
    found = np.full(len(rows.day), np.nan)
    for person in np.unique(rows.person):
        mine = np.flatnonzero(rows.person == person)
        for i in mine:
            seen = rows.value[mine[rows.day[mine] <= rows.day[i]]]
            seen = seen[~np.isnan(seen)]
            found[i] = seen.mean() if len(seen) else np.nan
    return found


RUNNING_MEAN = Derivation("running_mean", "the mean of all values so far", ("a", "b"), running_mean)

event_days = st.one_of(st.integers(FIRST, AS_OF + 3), st.sampled_from(CORNERS))
windows = st.one_of(
    st.integers(0, 3).map(months),
    st.sampled_from([0, 1, 7, 28, 45]).map(days),
    st.just(contract_year()),
)
some_windows = st.one_of(st.none(), windows)
lists = st.sampled_from(LISTS)
operators = st.sampled_from(["<", "<=", ">", ">="])


@st.composite
def events(draw: st.DrawFn, row: int) -> tuple[tuple[str, ...], Event]:
    """One event and the lists that hold it."""
    day = draw(event_days)
    value = draw(st.one_of(st.none(), st.integers(0, 4).map(float)))
    comparator = draw(st.sampled_from(["", "", "", "<", "<=", ">", ">=", "~"])) if value else ""
    group = draw(st.integers(0, 2))
    return (
        tuple(draw(st.lists(lists, min_size=1, max_size=2, unique=True))),
        Event(
            day=day,
            value=value,
            comparator=comparator,
            until=draw(st.one_of(st.none(), st.integers(day - 1, day + 40))),
            group=group,
            weight=float(group + 1),
            row=row,
        ),
    )


@st.composite
def records(draw: st.DrawFn) -> PersonRecord:
    """A record of up to a dozen events, with registrations that touch or leave gaps."""
    drawn = [draw(events(row)) for row in range(draw(st.integers(0, 12)))]
    held: dict[str, list[Event]] = {}
    for names, event in drawn:
        for name in names:
            held.setdefault(name, []).append(event)
    edges = sorted(draw(st.lists(st.integers(FIRST, AS_OF + 3), max_size=4, unique=True)))
    places = [
        Registration(draw(st.integers(0, 2)), start, end)
        for start, end in zip(edges[::1], [*edges[1:], None], strict=False)
        if draw(st.integers(0, 3))
    ]
    born = st.sampled_from(
        [date(2004, 2, 29), date(2006, 3, 1), date(2024, 2, 29), date(2005, 12, 31)]
    )
    return PersonRecord(
        birth=draw(st.one_of(st.none(), born.map(to_day))),
        sex=draw(st.sampled_from(["female", "male", "other", "unknown"])),
        death=draw(st.one_of(st.none(), st.integers(to_day("2024-03-01"), AS_OF + 2))),
        registrations=tuple(places),
        lists={k: tuple(sorted(v, key=lambda e: (e.day, e.row))) for k, v in held.items()},
    )


LEAVES: dict[str, st.SearchStrategy[Predicate]] = {
    "Registered": st.just(registered()),
    "Alive": st.just(alive()),
    "Aged": st.sampled_from([aged(at_least=18), aged(below=18), aged(18, 20), aged(at_least=0)]),
    "Sex": st.sampled_from([sex("female"), sex("male"), sex("unknown"), sex("other")]),
    "Recorded": st.builds(
        lambda codes, within, n, ago, where: recorded(
            codes, within, at_least=n, at_least_ago=ago, where=where
        ),
        lists,
        some_windows,
        st.integers(1, 3),
        some_windows,
        st.one_of(st.none(), st.tuples(operators, st.integers(0, 4))),
    ),
    "issued": st.builds(issued, lists, windows),
    "Unresolved": st.builds(unresolved, lists, lists, st.sampled_from(["active", "resolved"])),
    "Together": st.builds(together, lists, lists, st.integers(1, 30), windows),
    "Started": st.builds(started, lists, windows, windows),
}
QUANTITIES: dict[str, st.SearchStrategy[Quantity]] = {
    "Latest": st.builds(
        latest, lists, some_windows, some_windows, st.sampled_from(["highest", "lowest"])
    ),
    "Derived": st.builds(derived, st.just(RUNNING_MEAN), some_windows),
    "Count": st.one_of(st.builds(distinct, lists, windows), st.builds(burden, lists, windows)),
    "Supply": st.builds(supply, lists),
}


def compared(quantities: st.SearchStrategy[Quantity]) -> st.SearchStrategy[Predicate]:
    """A quantity compared with a small number."""
    return st.builds(
        lambda q, op, t: {"<": q < t, "<=": q <= t, ">": q > t, ">=": q >= t}[op],
        quantities,
        operators,
        st.integers(0, 6),
    )


leaves = st.one_of(*LEAVES.values(), compared(st.one_of(*QUANTITIES.values())))


def grown(parts: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    """Expressions one level higher."""
    weights = st.lists(st.tuples(parts, st.integers(-2, 3)), min_size=1, max_size=4)
    return st.one_of(
        st.builds(lambda a, b: a & b, parts, parts),
        st.builds(lambda a, b: a | b, parts, parts),
        st.builds(lambda a: ~a, parts),
        st.builds(sustained, parts, windows),
        compared(weights.map(lambda pairs: score(dict(pairs)))),
    )


predicates = st.recursive(leaves, grown, max_leaves=6)
