"""XmR verdicts of many series of one file: a line each, computed together."""

from __future__ import annotations

from typing import Any

import numpy as np

from harmfree.improvement.datafile import DataFile
from harmfree.improvement.spc.batch import xmr_batch
from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.intake import Columns, exact_numbers, read_dates, value_column
from harmfree.improvement.spc.report import plain
from harmfree.improvement.spc.series import Settings


def verdicts(data: DataFile, by: str, columns: Columns, settings: Settings) -> list[dict[str, Any]]:
    """One line for each series, in the order of the file.

    Args:
        data: a row for each series and date.
        by: column that names the series.
        columns: columns of dates and values.
        settings: direction, target and screening; rebases belong to single series.

    Raises:
        ChartError: a date occurs twice in one series, or a cell cannot be used.
    """
    if columns.date is None:
        raise ChartError("Many series need a column of dates", do="name it with --date")
    names = [t.strip() for t in data.text(by)]
    dates = read_dates(data, columns.date)
    values = exact_numbers(data, value_column(data, columns, {by, columns.date}))
    rows: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        rows.setdefault(name, []).append(i)
    for name, members in rows.items():
        members.sort(key=lambda i: dates[i].isoformat())
        for a, b in zip(members, members[1:], strict=False):
            if dates[a] == dates[b]:
                what = f"{name} has two values on {dates[a].isoformat()}"
                raise ChartError(what, where=data.at(b, columns.date), do="add them up first")
    kept = {name: m for name, m in rows.items() if np.isfinite(values[m]).any()}
    table = np.full((len(kept), max(map(len, kept.values()), default=0)), np.nan)
    for row, members in enumerate(kept.values()):
        table[row, : len(members)] = values[members]
    return _lines(list(kept), table, settings)


def _lines(names: list[str], table: np.ndarray, settings: Settings) -> list[dict[str, Any]]:
    target = None
    if settings.target is not None:
        target = np.full(len(names), settings.target)
    found = xmr_batch(table, improve=settings.improve, target=target, screen=settings.screen)
    known = np.isfinite(table)
    last = table.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    limits = found.limits
    return [
        {
            "id": name,
            "points": int(known[i].sum()),
            "value": plain(table[i, last[i]]),
            "mean": plain(limits.mean[i, last[i]]),
            "lower": plain(limits.lower[i, last[i]]),
            "upper": plain(limits.upper[i, last[i]]),
            "variation": str(found.variation[i]),
            "assurance": str(found.assurance[i]) or None,
            "trial_limits": bool(known[i].sum() < 12),
        }
        for i, name in enumerate(names)
    ]
