"""How many people with atrial fibrillation a list should hold, by age and sex.

Method: age- and sex-specific rates times the list, as Public Health England did for its estimates
of 2015 and 2017 (with Norberg's Swedish rates, which this project could not find by age band).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt

from harmfree.periods.bucket import ages_on
from harmfree.periods.kernel_tables import UNKNOWN_DAY
from harmfree.periods.stored import people_of
from harmfree.periods.windows import to_day
from harmfree.programmes.atrial_fibrillation.tables import Rate
from harmfree.publish.cube import containment, rolled_up
from harmfree.publish.reading import LiveRun

Counts = npt.NDArray[np.int64]
SEXES = ("female", "male")
STORED_SEX = {1: 0, 2: 1}
"""A stored sex (see `periods.stored.SEXES`) as its place in `SEXES`; others have no rate."""
OLDEST = 130


def list_counts(run: LiveRun, on: date) -> Counts:
    """People on the list of each place on a day: int64[place, sex, age in years].

    Sexes as in `SEXES`, then a third for people without a rate: other or unknown sex, or birth
    unknown (age 0). Places as in `run.places`; a place holds all below it.
    """
    day, places = to_day(on), len(run.places.every)
    counts = np.zeros((places, len(SEXES) + 1, OLDEST + 1), np.int64)
    for number in run.store.buckets:
        people = people_of(run.store.bucket(number, ["date"]))
        persons, registrations = people.persons[:-1], people.registrations
        per_person = np.diff(people.persons["first_registration"])
        owner = np.repeat(np.arange(len(persons)), per_person)
        alive = (persons["death"] == UNKNOWN_DAY) | (persons["death"] > day)
        end = registrations["end"]
        here = (registrations["start"] <= day) & ((end == UNKNOWN_DAY) | (end > day))
        kept = np.flatnonzero(here & alive[owner])
        _add(counts, persons[owner[kept]], registrations["site"][kept], day)
    return rolled_up(counts, containment(run.places))


def _add(
    counts: Counts, persons: npt.NDArray[np.void], site: npt.NDArray[np.int32], day: int
) -> None:
    age = ages_on(persons["birth"], np.full(len(persons), day, np.int32))
    sex = np.full(len(persons), len(SEXES))
    for stored, place in STORED_SEX.items():
        sex[persons["sex"] == stored] = place
    sex[np.isnan(age)] = len(SEXES)
    years = np.clip(np.nan_to_num(age), 0, OLDEST).astype(np.int64)
    np.add.at(counts, (site, sex, years), 1)


def expected(counts: Counts, rates: Iterable[Rate]) -> npt.NDArray[np.float64]:
    """Expected people with atrial fibrillation at each place: float64[place].

    Args:
        counts: as `list_counts` gives them.
        rates: the bands of one table of rates; ages that no band holds add nothing.
    """
    per_age = np.zeros((len(SEXES), counts.shape[2]))
    for rate in rates:
        per_age[SEXES.index(rate.sex), rate.from_age : rate.below_age] = rate.percent / 100
    found: npt.NDArray[np.float64] = (counts[:, : len(SEXES)] * per_age).sum(axis=(1, 2))
    return found


def detection_gap(expected_people: float, recorded: int) -> tuple[float, float | None]:
    """Expected minus recorded, not below 0; and recorded over expected (None for 0 expected)."""
    gap = max(expected_people - recorded, 0.0)
    return gap, recorded / expected_people if expected_people > 0 else None
