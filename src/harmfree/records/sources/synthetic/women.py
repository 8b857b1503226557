"""Contraception, hormone therapy, valproate with and without its safeguards, pregnancy."""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import YEAR, Bools, Days, Rows
from harmfree.records.sources.synthetic.life import Courses, Life
from harmfree.records.sources.synthetic.schedule import issue, repeat, spells

LONG = 500_000


def add(life: Life) -> None:
    """Write what concerns women's medicines and pregnancies."""
    rng = life.rng("women")
    _hormones(life, rng)
    _pregnancies(life, rng)
    _valproate(life, rng)


def _ages(life: Life, low: float, high: float) -> Bools:
    """Women who were between these ages at some time in the years covered."""
    rows = np.arange(len(life.people))
    old = life.people.age(rows, life.people.end)
    young = life.people.age(rows, np.minimum(life.settings.first, life.people.end))
    return np.asarray(life.people.female & (old >= low) & (young < high))


def _hormones(life: Life, rng: np.random.Generator) -> None:
    clot = life.has("dvt", "pe")
    for keys, low, high, share, years in (
        (("combined_contraceptive",), 16, 48, 0.16, 2.5),
        (("desogestrel_75",), 16, 50, 0.14, 2.5),
        (("estradiol_patch", "conjugated_oestrogens"), 46, 65, 0.14, 4.0),
    ):
        chance = np.where(clot & (keys[0] != "desogestrel_75"), share * 0.15, share)
        rows = np.flatnonzero(_ages(life, low, high) & (rng.random(len(clot)) < chance))
        age = low + rng.random(len(rows)) * (high - low)
        start = (life.people.birth[rows] + age * YEAR).astype(np.int32)
        stop = np.minimum(
            spells(life, start, years, rng), life.people.birth[rows] + (high + 6) * 366
        )
        codes = life.vocabulary.ids(keys)
        medicine = codes[rng.integers(0, len(codes), len(rows))]
        issue(life, Courses(rows, start, stop.astype(np.int32)), medicine, 84, rng)


def _pregnancies(life: Life, rng: np.random.Generator) -> None:
    rows, days = life.visits(0.065 * _ages(life, 16, 45), rng)
    age = life.people.age(rows, days)
    fertile = (age >= 16) & (age < 45)
    life.note(rows[fertile], days[fertile], "pregnant")
    _antenatal(life, life.rng("antenatal"), rows[fertile], days[fertile])


def _antenatal(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    """Smoking and carbon monoxide at booking, referral of most at 4 ppm or more, the birth."""
    booked = days + rng.integers(0, 15, len(rows))
    kind = rng.choice(3, size=len(rows), p=[0.1, 0.2, 0.7])
    asked = rng.random(len(rows)) < 0.86
    statuses = life.vocabulary.ids(("smoker", "ex_smoker", "never_smoked"))
    life.sheet.add(rows[asked], booked[asked], statuses[kind[asked]])
    smoke, rest = rng.lognormal(2.2, 0.6, len(rows)), rng.poisson(1.2, len(rows))
    breath = np.rint(np.where(kind == 0, smoke, rest))
    blown = asked & (rng.random(len(rows)) < 0.8)
    life.note(rows[blown], booked[blown], "carbon_monoxide", breath[blown], "[ppm]")
    exposed = (blown & (breath >= 4)) | (asked & (kind == 0))
    sent = exposed & (rng.random(len(rows)) < 0.7)
    life.note(rows[sent], booked[sent] + rng.integers(0, 10, sent.sum()), "stop_smoking_referral")
    born = rng.random(len(rows)) < 0.82
    life.note(rows[born], days[born] + rng.integers(196, 225, born.sum()), "mother_delivered")


def _valproate(life: Life, rng: np.random.Generator) -> None:
    """Women on valproate: yearly risk form in seven of ten, contraception in fewer."""
    takes = _ages(life, 14, 55) & (life.has("epilepsy", "bipolar"))
    rows = np.flatnonzero(takes & (rng.random(len(takes)) < 0.16))
    onset = life.first_onset("epilepsy", "bipolar")[rows]
    start = np.minimum(onset + rng.integers(10, 900, len(rows)), LONG - 1).astype(np.int32)
    courses = Courses(rows, start, spells(life, start, 10.0, rng))
    issue(life, courses, life.vocabulary["sodium_valproate_500"], 56, rng)
    safe = courses.where(rng.random(len(courses)) < 0.7)
    which, days = repeat(life, safe, 365, rng)
    done = (days > 17652) & (rng.random(len(days)) < 0.8)  # from 1 May 2018, MHRA programme
    life.note(safe.rows[which][done], days[done] + 30, "valproate_risk_form")
    programme = done & (rng.random(len(days)) < 0.6)
    life.note(safe.rows[which][programme], days[programme] + 30, "pregnancy_prevention")
    covered = rng.random(len(rows)) < 0.4
    when = np.maximum(start[covered], life.settings.first) + 40
    life.note(rows[covered], when, "highly_effective_contraception")
    exempt = rng.random(len(rows)) < 0.25
    life.note(
        rows[exempt],
        np.maximum(start[exempt], life.settings.first) + 90,
        "pregnancy_prevention_not_needed",
    )
