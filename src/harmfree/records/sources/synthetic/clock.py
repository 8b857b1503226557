"""Days as integers since 1970-01-01, and the settings of one region."""

from __future__ import annotations

import datetime
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harmfree.records.writer import bucket_count_for

Days = npt.NDArray[np.integer[Any]]
Rows = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]

YEAR = 365.25
NEVER = 1_000_000
"""A day (in the year 4707) that stands for "has not happened"."""


def day(date: datetime.date) -> int:
    """Return days since 1970-01-01."""
    return (date - datetime.date(1970, 1, 1)).days


@dataclass(frozen=True)
class Settings:
    """What decides the region: the same settings give the same bytes.

    Args:
        people: how many people ever lived in the region in the years covered.
        seed: the only source of chance.
        extract: last day that the records hold.
        years: how many years of consultations and issues before that day.
    """

    people: int
    seed: int
    extract: datetime.date = datetime.date(2026, 10, 31)
    years: int = 10

    @property
    def last(self) -> int:
        """The extract date as a day number."""
        return day(self.extract)

    @property
    def first(self) -> int:
        """The first day of the years covered, as a day number."""
        return self.last - round(self.years * YEAR)

    @property
    def buckets(self) -> int:
        """Number of buckets, as any store of so many people has."""
        return bucket_count_for(self.people)

    def people_in(self, bucket: int) -> int:
        """Return how many people one bucket holds; the buckets add up to `people`."""
        share, rest = divmod(self.people, self.buckets)
        return share + (bucket < rest)

    def rng(self, part: str, bucket: int = -1) -> np.random.Generator:
        """Return the random stream of one part of one bucket, independent of all others."""
        key = [self.seed, bucket + 1, zlib.crc32(part.encode())]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))
