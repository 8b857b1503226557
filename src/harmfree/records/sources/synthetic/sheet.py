"""The sheet on which every part of the region writes its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from harmfree.records.sources.synthetic.clock import NEVER, Bools, Days, Rows


@dataclass
class Events:
    """Columns of events; `value` is NaN and `until` is `NEVER` when there is none."""

    person: npt.NDArray[np.int32]
    date: Days
    code: npt.NDArray[np.int32]
    value: npt.NDArray[np.float32]
    unit: npt.NDArray[np.int16]
    until: Days

    def __len__(self) -> int:
        return len(self.person)

    def take(self, which: Rows | Bools) -> Events:
        """Return the events at these positions, or where the mask is true."""
        return Events(
            self.person[which],
            self.date[which],
            self.code[which],
            self.value[which],
            self.unit[which],
            self.until[which],
        )


@dataclass
class Sheet:
    """Collects events part by part; scalars are spread over the rows."""

    _parts: list[Events] = field(default_factory=list)

    def add(
        self,
        rows: npt.ArrayLike,
        dates: npt.ArrayLike,
        code: npt.ArrayLike,
        value: npt.ArrayLike = np.nan,
        unit: npt.ArrayLike = 0,
        until: npt.ArrayLike = NEVER,
    ) -> None:
        """Write one event per row; all arguments follow the shape of `rows`."""
        person = np.asarray(rows, dtype=np.int32)
        shape = person.shape
        self._parts.append(
            Events(
                person,
                _column(dates, np.int32, shape),
                _column(code, np.int32, shape),
                _column(value, np.float32, shape),
                _column(unit, np.int16, shape),
                _column(until, np.int32, shape),
            )
        )

    def join(self) -> Events:
        """Return everything written, in the order of writing."""
        return concatenate(self._parts)


def concatenate(parts: Sequence[Events]) -> Events:
    """Return several sets of events as one."""
    return Events(
        np.concatenate([part.person for part in parts]),
        np.concatenate([part.date for part in parts]),
        np.concatenate([part.code for part in parts]),
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.unit for part in parts]),
        np.concatenate([part.until for part in parts]),
    )


def _column(
    values: npt.ArrayLike, dtype: npt.DTypeLike, shape: tuple[int, ...]
) -> npt.NDArray[Any]:
    return np.broadcast_to(np.asarray(values).astype(dtype, copy=False), shape)
