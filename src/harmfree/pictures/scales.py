"""Scales turn values into positions from 0 to 1 and choose the ticks of an axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from harmfree.pictures.errors import PictureError
from harmfree.pictures.figures import figure

Moment = date | datetime


@dataclass(frozen=True)
class Tick:
    """A place on an axis and what is written there."""

    value: float
    label: str


class Scale(Protocol):
    """What a plot asks of a scale."""

    def place(self, value: float) -> float:
        """Position of a value, 0 at the start of the axis and 1 at its end."""
        ...

    def ticks(self, most: int) -> list[Tick]:
        """At most about `most` ticks at round values."""
        ...


def finite(values: Iterable[float | None]) -> list[float]:
    """The values that can be drawn: neither missing nor infinite."""
    return [float(v) for v in values if v is not None and math.isfinite(v)]


@dataclass(frozen=True)
class LinearScale:
    """Equal steps. `percent` writes 0.25 as 25%; `unit` follows each label."""

    low: float
    high: float
    percent: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise PictureError(
                f"An axis cannot run from {self.low} to {self.high}",
                do="give a scale whose low end is below its high end",
            )

    @classmethod
    def covering(
        cls,
        values: Iterable[float | None],
        *,
        pad: float = 0.08,
        include: Sequence[float] = (),
        bounds: tuple[float, float] = (-math.inf, math.inf),
        percent: bool = False,
    ) -> LinearScale:
        """A scale that shows all values with room to spare, never beyond `bounds`."""
        seen = finite([*values, *include])
        if not seen:
            raise PictureError(
                "There is no value to draw", do="check that the column holds numbers"
            )
        low, high = min(seen), max(seen)
        # Equal values and their mean differ by rounding: an axis that short has no ticks.
        spread = high - low if high - low > 1e-9 * max(abs(low), abs(high)) else 0.0
        room = spread * pad or abs(high) * pad or 1.0
        low_end = max(low - room, min(bounds[0], low))
        high_end = min(high + room, max(bounds[1], high))
        return cls(low_end, high_end if high_end > low_end else low_end + room, percent)

    def place(self, value: float) -> float:
        """Position of a value, 0 at `low` and 1 at `high`."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int = 6) -> list[Tick]:
        """Ticks at 1, 2 or 5 times a power of ten."""
        factor = 100 if self.percent else 1
        low, high = self.low * factor, self.high * factor
        step = _round_step((high - low) / max(1, most))
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        suffix = "%" if self.percent else ""
        return [
            Tick(i * step / factor, figure(i * step, decimals) + suffix)
            for i in range(first, last + 1)
        ]


@dataclass(frozen=True)
class LogScale:
    """Equal ratios; all values must be above zero."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high < math.inf:
            raise PictureError(
                f"A log axis cannot run from {self.low} to {self.high}",
                do="give values above zero",
            )

    def place(self, value: float) -> float:
        """Position of a value above zero."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def ticks(self, most: int = 6) -> list[Tick]:
        """Ticks at 1, 2 and 5 times the powers of ten, or at the powers alone when crowded."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            values = [s * 10.0**p for p in powers for s in steps]
            shown = [v for v in values if self.low * 0.999 <= v <= self.high * 1.001]
            if len(shown) <= most or steps == (1,):
                return [Tick(v, figure(v, max(0, -math.floor(math.log10(v))))) for v in shown]
        return []


@dataclass(frozen=True)
class CategoryScale:
    """Named places in a row, each in the middle of its share of the axis."""

    names: tuple[str, ...]

    def place(self, value: float) -> float:
        """Position of the middle of the place with that number, counted from 0."""
        return (value + 0.5) / len(self.names)

    def ticks(self, most: int = 12) -> list[Tick]:
        """One tick for each name, or for every second, third ... when they are many."""
        every = max(1, math.ceil(len(self.names) / max(1, most)))
        return [Tick(i, name) for i, name in enumerate(self.names) if i % every == 0]


def as_days(moment: Moment) -> float:
    """Days since 1 January of year 1, with the time of day as a fraction."""
    if isinstance(moment, datetime):
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        return moment.toordinal() + (seconds + moment.microsecond / 1e6) / 86400
    return float(moment.toordinal())


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= step * (1 - 1e-9))
