"""How many different groups of a list, such as medicines, are within their windows."""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled, inlined
from harmfree.periods.kernel_spans import NO_MORE, person_of, put_level
from harmfree.periods.kernel_tables import Events, Int32, Records, State, Tables

FREE = -1  # a group that does not hold


@inlined
def groups(t: Tables, s: State, ev: Events, step: int, horizon: int, bottom: int) -> int:
    """How many groups of the stream (weighted) have an event within the window, as levels.

    Levels below the least number that is ever asked for are said as 0. So long as the total is less
    than that, groups whose windows have ended are kept: their total is then the most that it can
    be, and few people ever need it to be exact.
    """
    stream, within, least = t.steps[step].stream, t.steps[step].within, t.steps[step].number
    group_of, last = t.code_group[t.steps[step].coded], np.int64(s.first_entry[stream + 1])
    weights = t.group_weights[t.steps[step].first_group : t.steps[step + 1].first_group]
    ends, held = s.group_end, s.group_held
    ends[: len(weights)] = FREE
    at, holding, total, soon, base = bottom, 0, 0, NO_MORE, -1
    for k in range(np.int64(s.first_entry[stream]), last):
        moment = int(s.moments[k])
        group = group_of[ev.code[s.rows[k]]]
        if moment > soon and (
            total >= least
            or person_of(moment) != base
            or (ends[group] == FREE and total + weights[group] >= least)
        ):
            at, holding, total, soon = let_go(
                s.levels, ends, held, weights, least, bottom, at, holding, total, moment
            )
        base = person_of(moment)
        until = base + (horizon if within < 0 else min(horizon, t.reach[within, moment - base + 1]))
        if ends[group] == FREE:
            held[holding] = group
            holding, total, soon = holding + 1, total + weights[group], min(soon, until)
            if total >= least:
                at = put_level(s.levels, bottom, at, moment, total)
        ends[group] = until
    return let_go(s.levels, ends, held, weights, least, bottom, at, holding, total, NO_MORE)[0]


@compiled
def let_go(  # noqa: PLR0913 - few arrays and not all of the state: calls are many
    levels: Records,
    ends: Int32,
    held: Int32,
    weights: Int32,
    least: int,
    bottom: int,
    at: int,
    holding: int,
    total: int,
    moment: int,
) -> tuple[int, int, int, int]:
    """Take away the groups that end before the moment, in order.

    Gives the place after the last level, how many groups still hold, their total, and the moment
    at which the first of them ends.
    """
    while True:
        soon = NO_MORE
        for i in range(holding):
            soon = min(soon, int(ends[held[i]]))
        if soon >= moment:
            return at, holding, total, soon
        said, kept = total >= least, 0
        limit = soon if said else moment - 1  # what is not said needs no order
        for i in range(holding):
            group = held[i]
            if ends[group] <= limit:
                total -= weights[group]
                ends[group] = FREE
            else:
                held[kept] = group
                kept += 1
        holding = kept
        if said:
            at = put_level(levels, bottom, at, soon, total if total >= least else 0)
