"""From a decision about a window of intervals to a decision about each interval in it."""

from __future__ import annotations

import numpy as np

from harmfree.rhythm.compiled import BoolArray, FloatArray


def centred(values: FloatArray, length: int, window: int) -> FloatArray:
    """Give each of `length` intervals the value of the window centred on it.

    Args:
        values: one per window of `window` successive intervals, first window first.
        length: how many intervals the series has.
        window: intervals in a window. The first and last half windows take the nearest value.
    """
    if values.size == 0:
        return np.zeros(length)
    where = np.clip(np.arange(length) - window // 2, 0, values.size - 1)
    return values[where]


def by_window(flags: BoolArray, window: int) -> BoolArray:
    """Return, for each whole window end to end, whether more than half of it is true."""
    count = flags.size // window
    return np.asarray(
        flags[: count * window].reshape(count, window).mean(axis=1) > 0.5, dtype=np.bool_
    )
