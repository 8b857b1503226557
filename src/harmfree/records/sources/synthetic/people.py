"""Who lives in the region: age, sex, ethnicity, deprivation, practice, moves, death."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.records.sources.synthetic.clock import (
    NEVER,
    YEAR,
    Bools,
    Days,
    Floats,
    Rows,
    Settings,
)
from harmfree.records.sources.synthetic.places import Region, merge_moves

# Shares of the population of England and Wales by age (ONS Census 2021, rounded).
AGE_STARTS = np.array([0, 5, 15, 25, 35, 45, 55, 65, 75, 85, 100])
AGE_SHARES = np.array([0.055, 0.118, 0.117, 0.135, 0.132, 0.133, 0.126, 0.099, 0.061, 0.024])
# Shares of deaths by age (ONS deaths registered in England and Wales, rounded).
DEATH_STARTS = np.array([0, 1, 25, 45, 55, 65, 75, 85, 95, 104])
DEATH_SHARES = np.array([0.004, 0.008, 0.03, 0.05, 0.10, 0.19, 0.29, 0.27, 0.058])
DIED, LEFT = 0.080, 0.110
"""Shares of the people ever in the region over ten years who died, or moved out of it."""


@dataclass(frozen=True)
class People:
    """One bucket's people, one array element each; days are `NEVER` when it has not happened.

    `end` is the last day of the record; `undated` people have no birth date in the store.
    `illness` is a normal deviate that conditions share; `moved` goes with `first_practice`.
    """

    pseudonym: npt.NDArray[np.int64]
    birth: Days
    sex: npt.NDArray[np.int8]
    ethnicity: npt.NDArray[np.int8]
    deprivation: npt.NDArray[np.int8]
    death: Days
    joined: Days
    left: Days
    first_practice: Rows
    practice: Rows
    moved: Days
    illness: Floats
    end: Days
    undated: Bools

    def __len__(self) -> int:
        return len(self.birth)

    @property
    def female(self) -> Bools:
        """Whether each person is female."""
        return np.asarray(self.sex == 1)

    def age(self, rows: Rows, days: npt.ArrayLike) -> Floats:
        """Return the age in years of these people on these days."""
        return np.asarray((np.asarray(days) - self.birth[rows]) / YEAR, dtype=np.float64)

    def practice_on(self, rows: Rows, days: npt.ArrayLike) -> Rows:
        """Return the practice of these people on these days."""
        early = np.asarray(days) < self.moved[rows]
        return np.where(early, self.first_practice[rows], self.practice[rows])


def draw(settings: Settings, region: Region, bucket: int) -> People:
    """Draw the people of one bucket."""
    rng = settings.rng("people", bucket)
    n = settings.people_in(bucket)
    fate = rng.random(n)
    death, left, end = _ends(settings, rng, fate)
    birth = _births(rng, fate, end)
    joined = _joined(settings, rng, birth, end)
    practice = rng.choice(region.practices, size=n, p=region.size)
    first, moved = _moves(region, rng, practice, joined, end)
    deprivation = np.clip(np.rint(rng.normal(region.deprivation[practice], 0.9)), 1, 5)
    return People(
        pseudonym=_pseudonyms(settings, rng, bucket, n),
        birth=birth,
        sex=_sex(rng, n),
        ethnicity=_ethnicity(region, rng, practice),
        deprivation=_some_unknown(rng, deprivation, 0.02),
        death=death,
        joined=joined,
        left=left,
        first_practice=first,
        practice=practice,
        moved=moved,
        illness=rng.normal(0, 1, n) + np.where(fate < DIED, 0.5, 0.0),
        end=end,
        undated=rng.random(n) < 0.0005,
    )


def _sex(rng: np.random.Generator, n: int) -> npt.NDArray[np.int8]:
    """Female, male, and for a few of them other or unknown."""
    return rng.choice([1, 2, 3, 0], size=n, p=[0.505, 0.494, 0.0005, 0.0005]).astype(np.int8)


def _ends(settings: Settings, rng: np.random.Generator, fate: Floats) -> tuple[Days, Days, Days]:
    when = rng.integers(settings.first + 30, settings.last, len(fate))
    death = np.where(fate < DIED, when, NEVER).astype(np.int32)
    left = np.where((fate >= DIED) & (fate < DIED + LEFT), when, NEVER).astype(np.int32)
    end = np.minimum(np.minimum(death, left), settings.last).astype(np.int32)
    return death, left, end


def _births(rng: np.random.Generator, fate: Floats, end: Days) -> Days:
    alive = _ages(rng, len(fate), AGE_STARTS, AGE_SHARES)
    dying = _ages(rng, len(fate), DEATH_STARTS, DEATH_SHARES)
    age = np.where(fate < DIED, dying, alive)
    return np.asarray(end - np.floor(age * YEAR) - 1, dtype=np.int32)


def _ages(rng: np.random.Generator, n: int, starts: Rows, shares: Floats) -> Floats:
    band = rng.choice(len(shares), size=n, p=shares / shares.sum())
    inside = rng.random(n)
    # Within the oldest band the young are commoner.
    inside = np.where(band == len(shares) - 1, inside**2.2, inside)
    return np.asarray(starts[band] + inside * (starts[band + 1] - starts[band]), dtype=np.float64)


def _joined(settings: Settings, rng: np.random.Generator, birth: Days, end: Days) -> Days:
    """Day of first registration: at birth, long ago, or during the years covered."""
    long_ago = settings.first - rng.integers(0, 25 * 365, len(birth))
    lately = settings.first + (rng.random(len(birth)) * (end - settings.first)).astype(np.int64)
    day = np.where(rng.random(len(birth)) < 0.22, lately, long_ago)
    return np.minimum(np.maximum(day, birth), end - 1).astype(np.int32)


def _moves(
    region: Region, rng: np.random.Generator, practice: Rows, joined: Days, end: Days
) -> tuple[Rows, Days]:
    """Move some people between two practices of the region, once."""
    n = len(practice)
    first, moved = merge_moves(region, practice, rng.random(n))
    mover = (moved == NEVER) & (rng.random(n) < 0.09) & (end - joined > 60)
    origin = rng.choice(region.practices, size=n, p=region.size)
    when = joined + 30 + (rng.random(n) * np.maximum(end - joined - 60, 1)).astype(np.int64)
    first = np.where(mover, origin, first)
    moved = np.where(mover, when, moved)
    # Who joined after the merger never knew the closed practice.
    late = (moved <= joined) | (moved >= end)
    return np.where(late, practice, first), np.where(late, NEVER, moved).astype(np.int32)


def _ethnicity(region: Region, rng: np.random.Generator, practice: Rows) -> npt.NDArray[np.int8]:
    minority = rng.random(len(practice)) < region.urban[practice]
    group = rng.choice([2, 3, 4, 5], size=len(practice), p=[0.16, 0.58, 0.16, 0.10])
    return _some_unknown(rng, np.where(minority, group, 1), 0.06)


def _some_unknown(
    rng: np.random.Generator, values: npt.NDArray[np.generic], share: float
) -> npt.NDArray[np.int8]:
    return np.where(rng.random(len(values)) < share, 0, values).astype(np.int8)


def _pseudonyms(
    settings: Settings, rng: np.random.Generator, bucket: int, n: int
) -> npt.NDArray[np.int64]:
    """Positive 62-bit numbers, ascending, whose remainder by the bucket count is `bucket`.

    They come from the seed and not from the store's key: nobody is behind them, and the same
    seed must give the same bytes.
    """
    buckets = settings.buckets
    drawn = np.unique(rng.integers(1, (1 << 62) // buckets - 1, n + n // 100 + 16))
    chosen = np.sort(rng.permutation(drawn)[:n])
    return np.asarray(chosen * buckets + bucket, dtype=np.int64)
