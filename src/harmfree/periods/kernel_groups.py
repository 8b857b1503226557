"""How many different groups of a list, such as medicines, are within their windows."""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled, inlined
from harmfree.periods.kernel_spans import NO_MORE, person_of, put_level
from harmfree.periods.kernel_tables import Events, Int32, Int64, Records, State, Tables

FREE = -1  # a group that does not hold


@inlined
def groups(t: Tables, s: State, ev: Events, step: int, horizon: int, bottom: int) -> int:
    """How many groups of the stream (weighted) have an event within the window, as levels.

    Levels below the least number that is ever asked for are said as 0. So long as the total is less
    than that, groups whose windows have ended are kept: their total is then the most that it can
    be, and few people ever need it to be exact.

    Windows end in the order in which they began, so they wait in line. What an earlier person left
    behind ended before the next one's time begins.
    """
    stream, within, least = t.steps[step].stream, t.steps[step].within, t.steps[step].number
    group_of, last = t.code_group[t.steps[step].coded], np.int64(s.first_entry[stream + 1])
    weights = t.group_weights[t.steps[step].first_group : t.steps[step + 1].first_group]
    ends, line, whose = s.group_end, s.keep, s.keep_amount
    ends[: len(weights)] = FREE
    at, total, soon, base, front, back = bottom, 0, NO_MORE, FREE, 0, 0
    for k in range(np.int64(s.first_entry[stream]), last):
        moment = int(s.moments[k])
        group = group_of[ev.code[s.rows[k]]]
        if moment > soon:
            another = person_of(moment) != base
            if total >= least or (
                not another and ends[group] < base and total + weights[group] >= least
            ):
                at, total, front, soon = let_go(
                    s.levels,
                    ends,
                    line,
                    whose,
                    weights,
                    least,
                    bottom,
                    at,
                    total,
                    front,
                    back,
                    moment,
                )
            if another:
                total, soon, front, back = 0, NO_MORE, 0, 0
        base = person_of(moment)
        until = base + horizon
        if within >= 0:
            until = base + min(horizon, int(t.reach[within, moment - base + 1]))
        line[back], whose[back] = until, group
        soon, back = until if front == back else soon, back + 1
        if ends[group] < base:
            total += weights[group]
            if total >= least:
                at = put_level(s.levels, bottom, at, moment, total)
        ends[group] = until
    if total >= least:
        at = let_go(
            s.levels, ends, line, whose, weights, least, bottom, at, total, front, back, NO_MORE
        )[0]
    return at


@compiled
def let_go(  # noqa: PLR0913 - few arrays and not all of the state: calls are many
    levels: Records,
    ends: Int32,
    line: Int64,
    whose: Int64,
    weights: Int32,
    least: int,
    bottom: int,
    at: int,
    total: int,
    front: int,
    back: int,
    moment: int,
) -> tuple[int, int, int, int]:
    """Take away the groups that end before the moment, in order.

    Gives the place after the last level, the total of the groups that still hold, the front of the
    line, and the moment at which the group that stands there ends.
    """
    while front < back:
        group, end = whose[front], line[front]
        if ends[group] == end:  # else it was given again
            if end >= moment:
                return at, total, front, end
            ends[group] = FREE
            said = total >= least
            total -= weights[group]
            if said:
                at = put_level(levels, bottom, at, end, total if total >= least else 0)
        front += 1
    return at, total, front, NO_MORE
