"""A bucket's people and events as the kernel takes them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from harmfree.periods.expressions import Derivation, DerivationInput
from harmfree.periods.kernel_tables import UNKNOWN_DAY, Events, People
from harmfree.periods.plan import Plan

Days = npt.NDArray[np.int32]


@dataclass(frozen=True)
class BucketArrays:
    """People and events of a bucket.

    Attributes:
        people: who they are; `first_event` of a person points into the events.
        date: int32[n], days; ascending within a person.
        code: int32[n], rows of the store's code dictionary.
        value: float32[n], NaN when missing.
        unit: int16[n].
        until: int32[n] or empty when no definition reads it; UNKNOWN_DAY when not known.
    """

    people: People
    date: Days
    code: Days
    value: npt.NDArray[np.float32]
    unit: npt.NDArray[np.int16]
    until: Days = field(default_factory=lambda: np.zeros(0, np.int32))

    def events(self, plan: Plan) -> Events:
        """The event columns with the plan's derived quantities worked out."""
        rows, place = self._places(plan)
        persons = np.searchsorted(self.people.persons["first_event"], rows, side="right") - 1
        derived = np.full((len(plan.derivations), len(rows)), np.nan, np.float32)
        for number, derivation in enumerate(plan.derivations):
            self._derive(plan, derivation, rows, persons, derived[number])
        return Events(self.date, self.code, self.value, self.unit, self.until, place, derived)

    def _places(self, plan: Plan) -> tuple[npt.NDArray[np.int64], Days]:
        """The rows that some derivation reads, and the place of each row among them."""
        if not plan.derivations:
            return np.zeros(0, np.int64), np.zeros(0, np.int32)
        read = np.zeros(len(plan.tables.first_listener) - 1, np.bool_)
        for derivation in plan.derivations:
            for name in derivation.lists:
                read[plan.lists[name].code_ids] = True
        of_row = read[self.code]
        return np.flatnonzero(of_row), np.cumsum(of_row, dtype=np.int32) - np.int32(1)

    def _derive(
        self,
        plan: Plan,
        derivation: Derivation,
        every_row: npt.NDArray[np.int64],
        every_person: npt.NDArray[np.int64],
        out: npt.NDArray[np.float32],
    ) -> None:
        source, factors = list_of_code(plan, derivation)
        of_row = source[self.code[every_row]]
        mine = np.flatnonzero(of_row >= 0)
        if not len(mine):
            return
        rows, person, of_row = every_row[mine], every_person[mine], of_row[mine]
        persons = self.people.persons
        factor = factors[of_row, self.unit[rows]]
        value = (self.value[rows].astype(np.float64) * factor).astype(np.float32)
        day = self.date[rows]
        found = derivation.function(
            DerivationInput(
                day=day,
                value=value.astype(np.float64),
                source=of_row,
                person=person,
                age=ages_on(persons["birth"][person], day),
                female=persons["sex"][person] == 1,
            )
        )
        last_of_day = np.append((person[1:] != person[:-1]) | (day[1:] != day[:-1]), True)
        out[mine[last_of_day]] = found[last_of_day]


def list_of_code(
    plan: Plan, derivation: Derivation
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    """For each code, which of the derivation's lists holds it (-1: none), and the lists' factors.

    A value with a comparator has the factor NaN: it is never read as the number.
    """
    source = np.full(len(plan.tables.first_listener) - 1, -1, np.int8)
    for number in reversed(range(len(derivation.lists))):
        source[plan.lists[derivation.lists[number]].code_ids] = number
    factors = np.array([plan.lists[name].factors for name in derivation.lists])
    return source, np.where(plan.tables.comparators == 0, factors, np.nan)


def ages_on(birth: Days, day: Days) -> npt.NDArray[np.float64]:
    """Completed years on each day; NaN when birth is unknown or later."""
    known = birth != UNKNOWN_DAY
    born, on = (x.astype("datetime64[D]") for x in (np.where(known, birth, 0), day))
    born_month, on_month = born.astype("datetime64[M]"), on.astype("datetime64[M]")
    months = (on_month - born_month).astype(int)
    earlier = (on - on_month).astype(int) < (born - born_month).astype(int)
    return np.where(known & (day >= birth), (months - earlier) // 12, np.nan)
