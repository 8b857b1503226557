"""Inputs of QFracture-2012 from coded records: the last known value of each, and how old it is.

Choices of ours, named for each person they touch (`Inputs.approximated`):

- ethnic groups of the store are coarser than QFracture's: Asian counts as "other Asian", Black as
  "Black Caribbean", mixed and other as "other";
- a smoker whose amount was not recorded counts as moderate (10 to 19 a day).

A condition that is not coded is absent: the record was searched. Medicines count when issued on two
different days of the last six months (from memory of the QFracture paper: not confirmed). Body mass
index, smoking and alcohol are never imputed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.clinical.body import BMI
from harmfree.clinical.common import HEIGHT, WEIGHT
from harmfree.clinical.fields import Measure
from harmfree.clinical.fracture.equations import flag_names
from harmfree.clinical.fracture.population import RANGES
from harmfree.periods.definition import ListTable
from harmfree.periods.windows import back, birthday, months
from harmfree.publish.person_events import PersonEvents
from harmfree.records import Bucket

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EVER: dict[str, tuple[str, ...]] = {
    "b_anycancer": ("any_cancer",),
    "b_asthmacopd": ("asthma", "copd"),
    "b_carehome": ("care_home",),
    "b_cvd": ("coronary_heart_disease", "stroke", "tia"),
    "b_dementia": ("dementia",),
    "b_endocrine": ("endocrine_bone_loss",),
    "b_epilepsy2": ("epilepsy",),
    "b_falls": ("falls",),
    "b_fracture4": ("index_fracture",),
    "b_liver": ("chronic_liver_disease",),
    "b_malabsorption": ("malabsorption",),
    "b_parkinsons": ("parkinsons_disease",),
    "b_ra_sle": ("rheumatoid_arthritis", "lupus"),
    "b_renal": ("chronic_kidney_disease",),
    "b_type1": ("diabetes_type_1",),
    "b_type2": ("diabetes_type_2",),
    "fh_osteoporosis": ("parental_hip_fracture",),
}
"""Conditions of the equations, each coded at any time."""
CURRENT = {
    "b_antidepressant": "antidepressant",
    "b_corticosteroids": "corticosteroid_systemic",
    "b_epilepsy2": "antiepileptic",
    "b_hrt_oest": "hrt_oestrogen",
}
"""Medicines of the equations."""
SMOKING = (
    ("never_smoked", 0),
    ("ex_smoker", 1),
    ("smoker_light", 2),
    ("smoker_moderate", 3),
    ("smoker_heavy", 4),
    ("smoker", 3),
)
"""List and category; a code that several lists hold has the first one's."""
UNKNOWN_AMOUNT = 5
"""Place in `SMOKING` of a smoker whose amount was not recorded."""
ALCOHOL_BELOW = (1, 3, 7)
"""Units a day below which the category is 1, 2, 3; up to 9 it is 4, above that 5."""
ALCOHOL_4_UP_TO = 9
ETHRISK = np.array([1, 1, 9, 5, 6, 9], np.int8)
"""QFracture's group of the store's unknown, white, mixed, Asian, Black and other."""
COARSE = np.array([False, False, True, True, True, True])

LISTS = tuple(
    sorted(
        {
            *(name for names in EVER.values() for name in names),
            *CURRENT.values(),
            *(name for name, _ in SMOKING),
            "alcohol_units", "non_drinker", "bmi", "height", "weight", "frax_major", "frax_hip",
        }
    )
)  # fmt: skip
"""Code lists that are read."""


@dataclass(frozen=True)
class Inputs:
    """What the records say of some people, one entry a person.

    Attributes:
        columns: the columns of `harmfree.clinical.fracture.population.risks`; the values of a
            person with something missing are not to be used.
        days: how many days old each last known value is (bmi, smoking, alcohol); NaN: none.
        missing: bool by needed input.
        approximated: bool by approximation ("ethnic group", "amount smoked").
        outside: bool, known age outside the equations' 30 to 100.
        frax: entered FRAX in per cent (major, hip) and its age in days; NaN: none.
    """

    columns: Mapping[str, npt.NDArray[np.generic]]
    days: Mapping[str, Floats]
    missing: Mapping[str, Bools]
    approximated: Mapping[str, Bools]
    outside: Bools
    frax: Mapping[str, Floats]

    @property
    def complete(self) -> Bools:
        """Who can be scored."""
        lacks: Bools = np.logical_or.reduce([*self.missing.values(), self.outside])
        return ~lacks


def read_inputs(
    bucket: Bucket, lists: Mapping[str, ListTable], comparators: Sequence[str], as_of: int
) -> Inputs:
    """The inputs of everybody in a bucket on a day.

    Args:
        bucket: a bucket of the store.
        lists: the lists named in `LISTS`, resolved.
        comparators: the comparator of each unit_id.
        as_of: the day, days since 1970-01-01; later entries are not read.
    """
    events = PersonEvents(bucket, comparators, as_of)
    flags = _flags(events, lists, as_of)
    age = ages_on(bucket, as_of)
    sex = bucket.person["sex"].to_numpy()
    ethnicity = bucket.person["ethnicity"].to_numpy()
    bmi, bmi_days = _bmi(events, lists)
    smoke, smoking_days, rough = _smoking(events, lists)
    alcohol, alcohol_days = _alcohol(events, lists)
    low, high = RANGES["age"]
    columns: dict[str, npt.NDArray[np.generic]] = {
        "female": sex == 1,
        "age": age,
        "bmi": bmi,
        "alcohol_cat6": alcohol,
        "ethrisk": ETHRISK[ethnicity],
        "smoke_cat": smoke,
        "surv": np.full(len(age), 10.0),
        **flags,
    }
    return Inputs(
        columns,
        {"bmi": bmi_days, "smoking": smoking_days, "alcohol": alcohol_days},
        {
            "sex": (sex != 1) & (sex != 2),
            "age": np.isnan(age),
            "bmi": np.isnan(bmi),
            "alcohol": np.isnan(alcohol),
            "smoking": np.isnan(smoke),
        },
        {"ethnic group": COARSE[ethnicity], "amount smoked": rough},
        (age < low) | (age > high),
        _frax(events, lists),
    )


def ages_on(bucket: Bucket, as_of: int) -> Floats:
    """float64[n]: completed years on the day; NaN where birth is unknown or later."""
    births = bucket.person["birth_date"].combine_chunks().cast("int32").to_pylist()
    known = {day for day in births if day is not None and day <= as_of}
    years = {day: _completed(day, as_of) for day in known}
    return np.array([years.get(day, np.nan) for day in births])


def _completed(birth: int, as_of: int) -> float:
    age = max(int((as_of - birth) / 365.25) - 1, 0)
    while birthday(birth, age + 1) <= as_of:
        age += 1
    return float(age)


def _flags(
    events: PersonEvents, lists: Mapping[str, ListTable], as_of: int
) -> dict[str, npt.NDArray[np.generic]]:
    found = {name: np.zeros(events.people, bool) for name in flag_names()}
    for flag, names in EVER.items():
        for name in names:
            found[flag] |= events.ever(lists[name])
    for flag, name in CURRENT.items():
        found[flag] |= events.days_since(lists[name], back(as_of, months(6))) >= 2
    return dict(found)


def _bmi(events: PersonEvents, lists: Mapping[str, ListTable]) -> tuple[Floats, Floats]:
    """As recorded; else from the last weight and height. The age is that of the index or weight."""
    bmi, days = _latest(events, lists["bmi"], BMI)
    weight, weighed = _latest(events, lists["weight"], WEIGHT)
    height, _ = _latest(events, lists["height"], HEIGHT)
    own = weight / (height / 100) ** 2
    own[~((own >= float(BMI.low or 0)) & (own <= float(BMI.high or np.inf)))] = np.nan
    use = np.isnan(bmi) & ~np.isnan(own)
    return np.where(use, own, bmi), np.where(use, weighed, days)


def _latest(events: PersonEvents, table: ListTable, spec: Measure) -> tuple[Floats, Floats]:
    """The last value that the tool would accept; impossible ones are passed over."""
    return events.latest(table, float(spec.low or 0), float(spec.high or np.inf))


def _smoking(events: PersonEvents, lists: Mapping[str, ListTable]) -> tuple[Floats, Floats, Bools]:
    place, days = events.latest_of([lists[name] for name, _ in SMOKING])
    category = np.array([number for _, number in SMOKING], np.float64)
    found = np.where(place >= 0, category[np.maximum(place, 0)], np.nan)
    return found, days, place == UNKNOWN_AMOUNT


def _alcohol(events: PersonEvents, lists: Mapping[str, ListTable]) -> tuple[Floats, Floats]:
    units, days = events.latest(lists["alcohol_units"], 0, 500)
    none, none_days = events.latest_of([lists["non_drinker"]])
    category = alcohol_category(units / 7)
    # Of two entries of one day the amount counts.
    abstains = (none >= 0) & ~(days <= none_days)
    return np.where(abstains, 0.0, category), np.where(abstains, none_days, days)


def alcohol_category(units_a_day: Floats) -> Floats:
    """QFracture's category 0 to 5 of an amount; NaN stays NaN."""
    below = np.array(ALCOHOL_BELOW, np.float64)
    found: Floats = np.searchsorted(below, units_a_day, side="right").astype(np.float64) + 1
    found[units_a_day > ALCOHOL_4_UP_TO] = 5
    found[units_a_day <= 0] = 0
    found[np.isnan(units_a_day)] = np.nan
    return found


def _frax(events: PersonEvents, lists: Mapping[str, ListTable]) -> dict[str, Floats]:
    major, days = events.latest(lists["frax_major"], 0, 100)
    hip, hip_days = events.latest(lists["frax_hip"], 0, 100)
    return {"major": major, "hip": hip, "days": np.fmin(days, hip_days)}
