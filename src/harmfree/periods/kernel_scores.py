"""The sum of the weights of the predicates that hold, as levels.

Few people ever reach a score that anybody asks for. So it is first asked how much each person's
score can be at most; only of the others' changes are the levels worked out.
"""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled, inlined
from harmfree.periods.kernel_tables import DAY_BITS, Int32, Records, State, Tables

NOBODY = -1


@inlined
def add_up(t: Tables, s: State, step: int, people: int, bottom: int) -> int:
    """The sum of the weights of the children that hold, as levels; people who stay below the
    least number that is ever asked for have none."""
    find_most(t, s, step, people)
    at = bottom
    for p in range(people):
        changes, enough = int(s.person_end[p]), s.person_most[p] >= t.steps[step].number
        s.person_first[p] = s.person_end[p] = at if enough else NOBODY
        at += changes if enough else 0
    if at > bottom:
        gather_changes(t, s, step)
        at = sum_changes(s.levels, bottom, at)
    return at


@compiled
def find_most(t: Tables, s: State, step: int, people: int) -> None:
    """The most that each person's score can be, and how often it changes (into `person_end`)."""
    for p in range(people):
        s.person_most[p] = s.person_end[p] = 0
    for k in range(t.steps[step].first_child, t.steps[step + 1].first_child):
        child, weight, before = t.children[k].step, max(t.children[k].weight, 0), NOBODY
        for i in range(s.first[child], s.last[child]):
            p = s.spans[i].start >> DAY_BITS
            s.person_most[p] += weight if p != before else 0
            s.person_end[p] += 2
            before = p


@compiled
def gather_changes(t: Tables, s: State, step: int) -> None:
    """Put the changes of the people who can score enough into their order."""
    for k in range(t.steps[step].first_child, t.steps[step + 1].first_child):
        child, weight = t.children[k].step, t.children[k].weight
        for i in range(s.first[child], s.last[child]):
            p = s.spans[i].start >> DAY_BITS
            if s.person_first[p] != NOBODY:
                first = int(s.person_first[p])
                put_change(s.levels, s.person_end, p, first, s.spans[i].start, weight)
                put_change(s.levels, s.person_end, p, first, s.spans[i].end, -weight)


@compiled
def put_change(
    levels: Records, person_end: Int32, p: int, first: int, moment: int, weight: int
) -> None:
    """Put a change among those of the person, in order."""
    at = np.int64(person_end[p])
    while at > first and levels[at - 1].moment > moment:
        levels[at].moment, levels[at].total = levels[at - 1].moment, levels[at - 1].total
        at -= 1
    levels[at].moment, levels[at].total = moment, weight
    person_end[p] += 1


@compiled
def sum_changes(levels: Records, bottom: int, end: int) -> int:
    """Make levels of changes, where they lie; each person's changes add up to nothing."""
    at, total = bottom, np.int64(0)
    for i in range(bottom, end):
        moment = levels[i].moment
        total += levels[i].total
        at -= at > bottom and levels[at - 1].moment == moment
        levels[at].moment, levels[at].total = moment, total
        at += 1
    return at
