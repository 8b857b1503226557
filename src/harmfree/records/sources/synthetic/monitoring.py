"""Monitoring tests with values, units and comparators; some that are due are missed."""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import NEVER, Bools, Days, Rows
from harmfree.records.sources.synthetic.life import Courses, Life, joined
from harmfree.records.sources.synthetic.schedule import due, issue, spells
from harmfree.records.sources.synthetic.vocabulary import UNIT

LONG = 500_000


def add(life: Life) -> None:
    """Write the tests of chronic disease, then the high-risk drugs with theirs."""
    rng = life.rng("monitoring")
    _kidney_and_blood(life, rng)
    _sugar_and_thyroid(life, rng)
    on_methotrexate = _methotrexate(life, rng)
    _other_dmards(life, rng, on_methotrexate)
    _lithium(life, rng)
    _amiodarone(life, rng)
    _now_and_then(life, rng)


def _now_and_then(life: Life, rng: np.random.Generator) -> None:
    """Digoxin levels, residual urine volumes, dosing clearance, and low sugars."""
    brittle = life.has("diabetes_1", "diabetes_2") & (rng.random(len(life.people)) < 0.03)
    rows, days = life.visits(1.5 * brittle, rng)
    life.note(rows, days, "hypoglycaemia")
    rows, days = life.visits(0.08 * life.has("af", "heart_failure"), rng)
    life.note(rows, days, "digoxin_level", np.round(rng.lognormal(-0.2, 0.4, len(rows)), 1), "ug/L")
    rows, days = life.visits(0.12 * life.has("retention", "prostatism", "incontinence"), rng)
    volume = np.rint(rng.lognormal(4.0, 0.9, len(rows)))
    life.note(rows, days, "residual_volume", volume, "mL")
    thinned = life.anticoagulant[0] < LONG
    rows, days = life.visits(0.5 * thinned, rng)
    creatinine = life.creatinine(rows, days, life.egfr(rows, days))
    k = np.where(life.people.female[rows], 1.04, 1.23)
    age = life.people.age(rows, days)
    clearance = (140 - age) * life.weight[rows] * k / creatinine
    life.note(rows, days, "creatinine_clearance", np.round(clearance, 1), "mL/min")


def _since(life: Life, *conditions: str) -> Courses:
    """Return one course a person from the first of these conditions to the end of the record."""
    onset = life.first_onset(*conditions)
    rows = np.flatnonzero(onset < NEVER)
    return Courses(rows, onset[rows], np.full(len(rows), LONG, np.int32))


def _kidney_and_blood(life: Life, rng: np.random.Generator) -> None:
    """Kidney function yearly in chronic disease, more often when it is poor; blood with it."""
    courses = _since(
        life,
        "hypertension",
        "diabetes_2",
        "diabetes_1",
        "chd",
        "heart_failure",
        "af",
        "ckd_3a",
        "ckd_3b",
        "stroke",
        "bipolar",
    )
    missed = np.full(len(courses), 0.12)
    rows, days = due(life, courses, 350, missed, life.rollout.monitoring_ratio, rng)
    kidney_tests(life, rng, rows, days)
    half = rng.random(len(rows)) < 0.45
    blood_tests(life, rng, rows[half], days[half])
    liver_tests(life, rng, rows[half], days[half])
    poor = np.flatnonzero((life.kidney < 50) | life.has("heart_failure"))
    more, when = life.visits(np.where(np.isin(np.arange(len(life.people)), poor), 0.5, 0.0), rng)
    kidney_tests(life, rng, more, when)
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    anyone, when = life.visits(np.interp(age, [10, 25, 60, 90], [0.01, 0.05, 0.1, 0.18]), rng)
    blood_tests(life, rng, anyone, when)
    some = rng.random(len(anyone)) < 0.6
    kidney_tests(life, rng, anyone[some], when[some])
    few = rng.random(len(anyone)) < 0.35
    liver_tests(life, rng, anyone[few], when[few])


def kidney_tests(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    """Write creatinine, eGFR (reported as above 90 when it is) and potassium.

    A few have no electrolytes or no creatinine: half a test is not both.
    """
    egfr = np.clip(life.egfr(rows, days) * rng.normal(1, 0.05, len(rows)), 4, 140)
    creatinine = np.rint(life.creatinine(rows, days, egfr))
    part = rng.random(len(rows))
    renal, salts = part > 0.01, part < 0.985
    life.note(rows[renal], days[renal], "creatinine", creatinine[renal], "umol/L")
    high = egfr >= 90
    unit = np.where(high, UNIT[">mL/min/{1.73_m2}"], UNIT["mL/min/{1.73_m2}"])
    shown = np.where(high, 90, np.floor(egfr))
    life.sheet.add(rows[renal], days[renal], life.vocabulary["egfr"], shown[renal], unit[renal])
    potassium = np.round(rng.normal(4.45, 0.42, len(rows)) + 0.006 * np.maximum(60 - egfr, 0), 1)
    life.note(rows[salts], days[salts], "potassium", potassium[salts], "mmol/L")
    half = salts & (rng.random(len(rows)) < 0.2)
    life.note(
        rows[half], days[half], "sodium", np.rint(rng.normal(139.5, 2.8, half.sum())), "mmol/L"
    )
    grouped = salts & (rng.random(len(rows)) < 0.12)
    life.note(rows[grouped], days[grouped], "u_and_e")


def blood_tests(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    """Write haemoglobin, and the full blood count's own code for part of them."""
    usual = np.where(life.people.female[rows], 133, 147) - 16 * life.has("anaemia")[rows]
    usual = usual - 0.25 * np.clip(life.people.age(rows, days) - 65, 0, 40)
    life.note(rows, days, "haemoglobin", np.rint(rng.normal(usual, 11)), "g/L")
    whole = rng.random(len(rows)) < 0.35
    life.note(rows[whole], days[whole], "fbc")
    cells = rng.random(len(rows)) < 0.15
    count = np.round(rng.lognormal(1.9, 0.28, len(rows)), 1)
    life.note(rows[cells], days[cells], "white_cells", count[cells], "10*9/L")
    life.note(
        rows[cells], days[cells], "platelets", np.rint(rng.normal(255, 62, cells.sum())), "10*9/L"
    )


def liver_tests(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    """Write alanine aminotransferase, and the group code for part of them."""
    value = np.rint(
        rng.lognormal(3.1, 0.45, len(rows))
        * np.where(life.has("chronic_liver_disease")[rows], 2, 1)
    )
    life.note(rows, days, "alt", value, "U/L")
    whole = rng.random(len(rows)) < 0.3
    life.note(rows[whole], days[whole], "lft")
    bile = rng.random(len(rows)) < 0.2
    life.note(
        rows[bile], days[bile], "bilirubin", np.rint(rng.lognormal(2.2, 0.4, bile.sum())), "umol/L"
    )


def _sugar_and_thyroid(life: Life, rng: np.random.Generator) -> None:
    courses = _since(life, "diabetes_2", "diabetes_1")
    rows, days = due(life, courses, 190, np.full(len(courses), 0.12), 1.0, rng)
    own = rng.normal(57, 13, len(life.people))
    life.note(
        rows,
        days,
        "hba1c",
        np.rint(np.clip(own[rows] + rng.normal(0, 6, len(rows)), 34, 140)),
        "mmol/mol",
    )
    albumin = rng.random(len(rows)) < 0.35
    life.note(
        rows[albumin],
        days[albumin],
        "acr",
        np.round(rng.lognormal(0.6, 1.2, albumin.sum()), 1),
        "mg/mmol",
    )
    courses = _since(life, "hypothyroidism", "hyperthyroidism")
    rows, days = due(life, courses, 365, np.full(len(courses), 0.12), 1.0, rng)
    thyroid_tests(life, rng, rows, days)
    fats, when = life.visits(0.22 * life.has("hypertension", "diabetes_2", "chd"), rng)
    life.note(fats, when, "cholesterol", np.round(rng.normal(4.9, 1.1, len(fats)), 1), "mmol/L")


def thyroid_tests(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    """Write thyroid stimulating hormone, and the group code for part of them."""
    life.note(rows, days, "tsh", np.round(rng.lognormal(0.7, 0.6, len(rows)), 2), "m[IU]/L")
    whole = rng.random(len(rows)) < 0.3
    life.note(rows[whole], days[whole], "tft")


def _course(
    life: Life, rng: np.random.Generator, who: Bools, since: Days, mean_years: float
) -> Courses:
    rows = np.flatnonzero(who & (since < NEVER))
    start = np.minimum(since[rows] + rng.exponential(250, len(rows)), LONG - 1000).astype(np.int32)
    return Courses(rows, start, spells(life, start, mean_years, rng))


def _methotrexate(life: Life, rng: np.random.Generator) -> Rows:
    """Weekly methotrexate with folic acid; blood and liver tests every ten weeks or so.

    Returns who takes it.
    """
    n = len(life.people)
    takes = (life.has("rheumatoid_arthritis") & (rng.random(n) < 0.58)) | (
        life.has("psoriasis") & (rng.random(n) < 0.05)
    )
    courses = _course(life, rng, takes, life.first_onset("rheumatoid_arthritis", "psoriasis"), 40.0)
    tried, when = life.visits(0.35 * life.has("rheumatoid_arthritis"), rng)
    trial = Courses(tried, when, spells(life, when, 0.3, rng))
    courses = joined(courses, trial.where(~np.isin(tried, courses.rows)))
    ten = rng.random(len(courses)) < 0.06
    codes = life.vocabulary.ids(("methotrexate_2_5", "methotrexate_10"))
    issue(life, courses, codes[ten * 1], 28, rng)
    folic = rng.random(len(courses)) < 0.86
    issue(life, courses.where(folic), life.vocabulary["folic_acid_5"], 56, rng)
    told = rng.random(len(courses)) < 0.7
    life.note(courses.rows[told], courses.start[told] + 20, "weekly_instruction")
    missed = np.full(len(courses), 0.27)
    rows, days = due(life, courses, 72, missed, life.rollout.monitoring_ratio, rng)
    blood_tests(life, rng, rows, days)
    both = rng.random(len(rows)) < 0.97
    liver_tests(life, rng, rows[both], days[both])
    salts = rng.random(len(rows)) < 0.93
    kidney_tests(life, rng, rows[salts], days[salts])
    return courses.rows


def _other_dmards(life: Life, rng: np.random.Generator, tested: Rows) -> None:
    """Blood tests in inflammatory disease on the other drugs that ask for them."""
    courses = _since(life, "crohns", "ulcerative_colitis", "lupus", "rheumatoid_arthritis")
    courses = courses.where(~np.isin(courses.rows, tested))
    rows, days = due(
        life, courses, 120, np.full(len(courses), 0.35), life.rollout.monitoring_ratio, rng
    )
    blood_tests(life, rng, rows, days)
    liver_tests(life, rng, rows, days)
    kidney_tests(life, rng, rows, days)


def _lithium(life: Life, rng: np.random.Generator) -> None:
    """Lithium levels every three months or so, kidney and thyroid twice a year."""
    who = life.has("bipolar") & (rng.random(len(life.people)) < 0.22)
    courses = _course(life, rng, who, life.onset["bipolar"], 40.0)
    issue(life, courses, life.vocabulary["lithium_400"], 28, rng)
    missed = np.full(len(courses), 0.29)
    rows, days = due(life, courses, 84, missed, life.rollout.monitoring_ratio, rng)
    life.note(rows, days, "lithium_level", np.round(rng.normal(0.65, 0.17, len(rows)), 2), "mmol/L")
    half = rng.random(len(rows)) < 0.45
    kidney_tests(life, rng, rows[half], days[half])
    thyroid_tests(life, rng, rows[half], days[half])
    life.note(
        rows[half], days[half], "calcium", np.round(rng.normal(2.36, 0.1, half.sum()), 2), "mmol/L"
    )


def _amiodarone(life: Life, rng: np.random.Generator) -> None:
    """Amiodarone in AF, with thyroid and liver tests about every six months."""
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    who = life.has("af") & (age > 40) & (rng.random(len(age)) < 0.08)
    courses = _course(life, rng, who, life.onset["af"], 14.0)
    codes = life.vocabulary.ids(("amiodarone_200", "amiodarone_100"))
    light = rng.random(len(courses)) < 0.3
    dose = np.where(rng.random(len(courses)) < 0.08, 2.0, 1.0)
    issue(life, courses, codes[light * 1], 28, rng, dose)
    missed = np.full(len(courses), 0.31)
    rows, days = due(life, courses, 168, missed, life.rollout.monitoring_ratio, rng)
    thyroid_tests(life, rng, rows, days)
    liver_tests(life, rng, rows, days)
