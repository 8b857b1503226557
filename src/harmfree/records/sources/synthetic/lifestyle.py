"""Measurements and habits: weight, height, blood pressure, pulse, smoking, alcohol."""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import Floats, Rows
from harmfree.records.sources.synthetic.life import Life


def bodies(life: Life) -> None:
    """Draw height and weight of every adult, needed by doses and by bone health."""
    rng = life.rng("bodies")
    n = len(life.people)
    age = life.people.age(np.arange(n), life.people.end)
    female = life.people.female
    grown = np.interp(age, [0, 2, 10, 17], [0.3, 0.5, 0.8, 1.0])
    life.height = np.where(female, rng.normal(162, 6.5, n), rng.normal(176, 7, n)) * grown
    bmi = np.clip(rng.lognormal(np.log(27.3), 0.19, n), 15, 55)
    bmi = bmi - np.clip(age - 75, 0, 25) * 0.14 + 3 * life.has("diabetes_2")
    bmi = np.where(age < 17, np.clip(bmi * 0.68, 12, 35), np.maximum(bmi, 14.5))
    life.weight = bmi * (life.height / 100) ** 2


def add(life: Life) -> None:
    """Write measurements and habits over the years covered."""
    rng = life.rng("lifestyle")
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    chronic = life.has("hypertension", "diabetes_2", "chd", "stroke", "af", "heart_failure")
    adult = np.where(age < 18, 0.02, np.where(age < 40, 0.2, 0.35))
    rate = 0.7 * adult + 0.5 * chronic + 0.008 * np.clip(age - 50, 0, 40)
    _pressures(life, rng, rate, age)
    _weights(life, rng, rate * 0.27, age)
    _smoking(life, rng, rate * 0.35)
    _alcohol(life, rng, rate * 0.25)
    _pulses(life, rng, np.where(age > 60, 0.2, 0.02) + 0.15 * chronic)
    _standing(life, rng, age)


def _pressures(life: Life, rng: np.random.Generator, rate: Floats, age: Floats) -> None:
    rows, days = life.visits(rate * 0.4, rng)
    own = rng.normal(0, 9, len(life.people))
    usual = np.interp(age, [0, 18, 40, 60, 80], [100, 116, 124, 134, 138]) + own
    usual = usual + 6 * life.has("hypertension")
    systolic = np.rint(usual[rows] + rng.normal(0, 11, len(rows)))
    diastolic = np.rint(systolic * 0.42 + 24 + rng.normal(0, 7, len(rows)))
    life.note(rows, days, "systolic", np.clip(systolic, 78, 236), "mm[Hg]")
    life.note(rows, days, "diastolic", np.clip(diastolic, 42, 132), "mm[Hg]")


def _weights(life: Life, rng: np.random.Generator, rate: Floats, age: Floats) -> None:
    rows, days = life.visits(rate, rng)
    weight = np.round(life.weight[rows] * rng.normal(1, 0.03, len(rows)), 1)
    life.note(rows, days, "weight", weight, "kg")
    measured = rng.random(len(rows)) < 0.6
    rows, days, weight = rows[measured], days[measured], weight[measured]
    metres = life.height[rows] / 100
    life.note(rows, days, "bmi", np.round(weight / metres**2, 1), "kg/m2")
    tall = np.flatnonzero((age > 17) & (rng.random(len(age)) < 0.55))
    when = life.people.end[tall] - rng.integers(0, 3000, len(tall))
    life.note(tall, when, "height", np.round(life.height[tall]), "cm")


def _smoking(life: Life, rng: np.random.Generator, rate: Floats) -> None:
    """Smoking follows deprivation; a smoker's amount is a code of its own."""
    n = len(life.people)
    depth = np.where(life.people.deprivation == 0, 3, life.people.deprivation)
    smokes = rng.random(n) < np.array([0, 0.26, 0.19, 0.14, 0.11, 0.08])[depth]
    former = rng.random(n) < 0.34
    copd = life.has("copd")
    smokes = np.where(copd, rng.random(n) < 0.45, smokes)
    amount = rng.choice(4, size=n, p=[0.3, 0.3, 0.25, 0.15])
    keys = ("smoker", "smoker_light", "smoker_moderate", "smoker_heavy")
    code = np.where(
        smokes,
        life.vocabulary.ids(keys)[amount],
        np.where(former | copd, life.vocabulary["ex_smoker"], life.vocabulary["never_smoked"]),
    )
    rows, days = life.visits(rate, rng)
    old = life.people.age(rows, days) > 15
    life.sheet.add(rows[old], days[old], code[rows[old]])


def _alcohol(life: Life, rng: np.random.Generator, rate: Floats) -> None:
    n = len(life.people)
    drinks = rng.random(n) < 0.78
    units = np.rint(rng.lognormal(1.9, 0.9, n) * np.where(life.has("cirrhosis"), 4, 1))
    rows, days = life.visits(rate, rng)
    old = life.people.age(rows, days) > 17
    rows, days = rows[old], days[old]
    yes = drinks[rows]
    life.note(
        rows[yes], days[yes], "alcohol_units", np.clip(units[rows[yes]], 1, 140), "{units}/wk"
    )
    life.note(rows[~yes], days[~yes], "non_drinker")


def _pulses(life: Life, rng: np.random.Generator, rate: Floats) -> None:
    """Pulse rate and rhythm; an irregular pulse sometimes has no ECG after it."""
    rows, days = life.visits(rate, rng)
    fibrillates = life.had(rows, days, "af")
    life.note(rows, days, "pulse_rate", np.rint(rng.normal(74 + 6 * fibrillates, 11)), "/min")
    irregular = fibrillates | (rng.random(len(rows)) < 0.006)
    noted = rng.random(len(rows)) < 0.6
    regular = noted & ~irregular
    life.note(rows[regular], days[regular], "pulse_regular")
    odd = np.flatnonzero(noted & irregular)
    code = life.vocabulary.ids(("pulse_irregular", "pulse_irregularly_irregular"))
    life.sheet.add(rows[odd], days[odd], code[rng.integers(0, 2, len(odd))])
    traced = odd[rng.random(len(odd)) < 0.5]
    life.note(rows[traced], days[traced] + rng.integers(0, 40, len(traced)), "ecg")


def _standing(life: Life, rng: np.random.Generator, age: Floats) -> None:
    """Lying and standing pressures in older people who are dizzy or fall."""
    asked = (age > 60) & life.has("dizziness", "orthostatic_hypotension", "syncope")
    rows, days = life.visits(np.where(asked, 0.25, 0.0), rng)
    lying = np.rint(rng.normal(136, 14, len(rows)))
    drops = life.has("orthostatic_hypotension")[rows]
    fall = np.rint(np.where(drops, rng.normal(27, 8, len(rows)), rng.normal(6, 6, len(rows))))
    _pair(life, rows, days, "lying", lying)
    _pair(life, rows, days, "standing", lying - fall)


def _pair(life: Life, rows: Rows, days: Rows, posture: str, systolic: Floats) -> None:
    life.note(rows, days, f"systolic_{posture}", systolic, "mm[Hg]")
    life.note(rows, days, f"diastolic_{posture}", np.rint(systolic * 0.56), "mm[Hg]")
