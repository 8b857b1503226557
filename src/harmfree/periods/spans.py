"""Sets of days as sorted, disjoint, half-open spans, and their algebra."""

from __future__ import annotations

from collections.abc import Iterable

from harmfree.periods.record import Span

Spans = list[Span]
Levels = list[tuple[int, int, int]]


def union(spans: Iterable[Span], horizon: int) -> Spans:
    """Merge spans into maximal ones, cut at the horizon; empty ones are dropped."""
    merged: Spans = []
    for start, end in sorted((s, min(e, horizon)) for s, e in spans if s < min(e, horizon)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def complement(spans: Spans, first: int, horizon: int) -> Spans:
    """The days from `first` to the horizon that no span holds."""
    edges = [first, *(edge for span in spans for edge in span), horizon]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def intersection(first: Spans, second: Spans) -> Spans:
    """The days that both hold."""
    found: Spans = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            found.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return found


def contains(spans: Spans, day: int) -> bool:
    """Whether a span holds the day."""
    return any(start <= day < end for start, end in spans)


def levels(
    weighted: Iterable[tuple[Spans, int]], first: int, horizon: int
) -> list[tuple[int, int, int]]:
    """The sum of weights over time: (start, end, total) from `first` to the horizon."""
    steps: dict[int, int] = {first: 0}
    for spans, weight in weighted:
        for start, end in spans:
            steps[start] = steps.get(start, 0) + weight
            steps[end] = steps.get(end, 0) - weight
    found, total = [], 0
    days = sorted(steps)
    for day, following in zip(days, [*days[1:], horizon], strict=True):
        total += steps[day]
        if day < min(following, horizon):
            found.append((day, min(following, horizon), total))
    return found
