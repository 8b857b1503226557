"""Printed bands as a function: which band a value falls in, and what it scores.

Charts print bands in steps (21 to 24, then 25 or more), and values arrive between them. A chart
says what then happens, and a table must choose one of two rules:

- ``round``: the value is rounded half up to the printed step first (RCP NEWS2);
- ``higher``: the value takes the neighbouring band that scores more (NHS England PEWS).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from harmfree.clinical.errors import TableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Between = Literal["round", "higher"]
# Half-way values such as 36.05 are a hair below the half in binary.
HAIR = 1e-9


class Band(BaseModel):
    """One printed band, both ends included; None is an open end.

    Args:
        low: smallest printed value.
        high: largest printed value.
        points: what it scores.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float | None = None
    high: float | None = None
    points: int

    def words(self, unit: str) -> str:
        """Say the band as it is printed."""
        after = unit if unit in ("", "%") else f" {unit}"
        if self.low is None:
            return f"{self.high:g}{after} or less"
        if self.high is None:
            return f"{self.low:g}{after} or more"
        said = f"{self.low:g} to {self.high:g}" if self.low != self.high else f"{self.low:g}"
        return said + after


class Steps:
    """The bands of one parameter, ready to score single values and arrays.

    Args:
        bands: in rising order, covering everything from an open low to an open high end.
        step: the printed resolution: 1 for whole numbers, 0.1 for a temperature.
        between: what happens to a value between two printed bands.
        unit: for the words.

    Raises:
        TableError: the bands overlap, leave a gap wider than a step, or do not reach both ends.
    """

    def __init__(self, bands: Sequence[Band], *, step: float, between: Between, unit: str) -> None:
        self.bands, self.step, self.between, self.unit = tuple(bands), step, between, unit
        self._per_unit = round(1 / step)
        self._check()
        self.points = [band.points for band in bands]
        self.words = [band.words(unit) for band in bands]
        self._cuts = [self._cut(below, over) for below, over in self._neighbours()]

    def _neighbours(self) -> list[tuple[Band, Band]]:
        return list(zip(self.bands, self.bands[1:], strict=False))

    def _check(self) -> None:
        if not self.bands or self.bands[0].low is not None or self.bands[-1].high is not None:
            raise TableError("The bands must begin and end open, so that every value scores.")
        for below, over in self._neighbours():
            if below.high is None or over.low is None:
                raise TableError("Only the first and last band may be open.")
            if abs(over.low - below.high - self.step) > HAIR:
                raise TableError(
                    f"Between {below.high:g} and {over.low:g} the bands do not meet in one step "
                    f"of {self.step:g}."
                )

    def _cut(self, below: Band, over: Band) -> float:
        """Return the smallest (scaled) value that belongs to the upper band."""
        assert below.high is not None and over.low is not None  # noqa: S101  (see _check)
        if self.between == "round":
            return round(over.low * self._per_unit)
        if over.points > below.points:
            return math.nextafter(below.high, math.inf)
        return over.low

    def place(self, value: float) -> int:
        """Return the position of the band that `value` falls in."""
        if self.between == "round":
            value = math.floor(value * self._per_unit + 0.5 + HAIR)
        return bisect_right(self._cuts, value)

    def score(self, value: float) -> int:
        """Return the points of `value`."""
        return self.points[self.place(value)]

    @property
    def most(self) -> int:
        """The most points that any value can score."""
        return max(self.points)

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        import numpy as np

        return np.array(self._cuts, dtype=np.float64), np.array(self.points, dtype=np.int64)

    def score_array(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the points of each value; NaN scores as the last band, so mask it yourself."""
        import numpy as np

        cuts, points = self._arrays
        if self.between == "round":
            values = np.floor(values * self._per_unit + (0.5 + HAIR))
        scored: NDArray[np.int64] = points[np.searchsorted(cuts, values, side="right")]
        return scored
