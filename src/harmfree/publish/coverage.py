"""Whether the programmes find anything in the records at hand: lists matched, people in view."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.compute as pc

from harmfree.programmes.check import Finding, lists_of
from harmfree.programmes.registry import indicators
from harmfree.publish.reading import LiveRun


def coverage(run: LiveRun) -> list[Finding]:
    """What the live run did not reach, errors first.

    An error: an indicator whose denominator holds nobody on any index date (it says nothing here).
    A warning: a code list that matches no code of the records' dictionary, with its indicators.
    """
    found = [*_empty(run), *_unmatched(run)]
    return sorted(found, key=lambda each: (each.level != "error", each.where))


def _empty(run: LiveRun) -> Iterator[Finding]:
    seen = set(pc.unique(run.table("trend")["indicator"]).to_pylist())
    for name in run.info.indicators:
        if name not in seen:
            yield Finding("error", name, "has nobody in its denominator in these records")


def _unmatched(run: LiveRun) -> Iterator[Finding]:
    users: dict[str, list[str]] = {}
    for each in indicators():
        for name in lists_of(each):
            users.setdefault(name, []).append(each.id)
    for name in run.info.unmatched_lists:
        by = ", ".join(users.get(name, ["no indicator"])[:4])
        yield Finding("warning", name, f"matches no code of these records (used by {by})")
