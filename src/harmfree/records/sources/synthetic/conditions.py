"""What people have: each condition's first date, by age, sex, deprivation and shared illness."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from harmfree.records.sources.synthetic.clock import NEVER, YEAR, Bools, Days, Floats
from harmfree.records.sources.synthetic.life import Life
from harmfree.records.sources.synthetic.vocabulary import table

AGES = np.array([0.0, 20, 30, 40, 50, 60, 70, 80, 90])
SHARED = 0.55
"""How much of a person's liability to each condition is shared between conditions."""

# Which code stands for a condition, when more than one does: (code, share) pairs.
KINDS: dict[str, tuple[tuple[str, float], ...]] = {
    "af": (
        ("af", 0.55),
        ("af_paroxysmal", 0.2),
        ("af_persistent", 0.1),
        ("af_permanent", 0.1),
        ("af_flutter", 0.05),
    ),
    "heart_failure": (("heart_failure", 0.6), ("hfref", 0.2), ("lvsd", 0.2)),
    "chd": (("chd", 0.5), ("mi", 0.3), ("angina", 0.2)),
    "stroke": (("stroke", 0.55), ("ischaemic_stroke", 0.35), ("intracerebral_bleed", 0.1)),
    "dementia": (
        ("dementia", 0.25),
        ("alzheimers", 0.45),
        ("vascular_dementia", 0.25),
        ("lewy_body", 0.05),
    ),
    "peptic_ulcer": (("peptic_ulcer", 0.3), ("gastric_ulcer", 0.35), ("duodenal_ulcer", 0.35)),
    "gi_bleed": (("gi_bleed", 0.5), ("haematemesis", 0.25), ("melaena", 0.25)),
}


def add(life: Life) -> None:
    """Draw every condition, its date and its code."""
    rng = life.rng("conditions")
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    for row in table("conditions.csv"):
        curve = np.maximum.accumulate(np.array([float(row[f"p{int(a)}"]) for a in AGES]) / 100)
        life.onset[row["key"]] = _onset(life, rng, row, curve, age)
    _less_kidney(life, rng, age)
    for key, onset in life.onset.items():
        _code(life, rng, key, onset)
    _resolved(life, rng)


def _onset(
    life: Life, rng: np.random.Generator, row: dict[str, str], curve: Floats, age: Floats
) -> Days:
    """Draw onset days: a person has it when their liability is under the curve at their age.

    The same liability read on the curve gives the age at which it began.
    """
    n = len(life.people)
    liability = ndtr(np.sqrt(1 - SHARED**2) * rng.normal(size=n) - SHARED * life.people.illness)
    sex = np.where(life.people.female, float(row["female"]), float(row["male"]))
    depth = (3 - np.where(life.people.deprivation == 0, 3, life.people.deprivation)) / 2
    factor = np.maximum(sex * (1 + float(row["gradient"]) * depth), 1e-9)
    has = liability < np.interp(age, AGES, curve) * factor
    tiny = np.arange(len(curve)) * 1e-12
    began = np.interp(liability / factor, curve + tiny, AGES)
    days = life.people.birth + np.minimum(began + rng.random(n) * 0.5, age) * YEAR
    return np.where(has, days, NEVER).astype(np.int32)


def _less_kidney(life: Life, rng: np.random.Generator, age: Floats) -> None:
    """Draw kidney function at the end of each record, its yearly loss, and coded CKD."""
    n = len(life.people)
    usual = np.interp(age, [0, 20, 40, 60, 70, 80, 90], [112, 114, 102, 87, 76, 63, 54])
    sick = life.has("diabetes_2", "heart_failure", "hypertension")
    life.kidney = np.clip(usual - 7 * life.people.illness - 4 * sick + rng.normal(0, 11, n), 6, 125)
    failing = (age > 40) & (rng.random(n) < np.interp(age, [40, 65], [0.001, 0.006]))
    life.kidney = np.where(failing, rng.uniform(5, 17, n), life.kidney)
    slope = np.clip(0.6 + (95 - life.kidney) / 55, 0.4, 2.5)
    life.kidney_slope = np.where(failing, 0.2, slope)
    for key, upper in (("ckd_3a", 58), ("ckd_3b", 44), ("ckd_4", 29), ("ckd_5", 14)):
        years = (upper - life.kidney) / life.kidney_slope
        coded = (years > 0) & (age > 35) & (rng.random(n) < 0.75)
        day = life.people.end - years * YEAR + rng.integers(0, 300, n)
        day = np.minimum(day, life.people.end)
        life.onset[key] = np.where(coded, day, NEVER).astype(np.int32)


def _code(life: Life, rng: np.random.Generator, key: str, onset: Days) -> None:
    rows = np.flatnonzero(onset < NEVER)
    kinds = KINDS.get(key, ((key, 1.0),))
    codes = life.vocabulary.ids(tuple(kind for kind, _ in kinds))
    chosen = rng.choice(codes, size=len(rows), p=[share for _, share in kinds])
    life.sheet.add(rows, onset[rows], chosen)
    # A diagnosis is sometimes coded again at a later review.
    again = rng.random(len(rows)) < 0.12
    life.sheet.add(
        rows[again], onset[rows[again]] + rng.integers(30, 2500, again.sum()), chosen[again]
    )


def _resolved(life: Life, rng: np.random.Generator) -> None:
    """Resolve some childhood asthma and a little atrial fibrillation."""
    for key, code, share in (("asthma", "asthma_resolved", 0.22), ("af", "af_resolved", 0.04)):
        rows = np.flatnonzero(_young(life, key) & (rng.random(len(life.people)) < share))
        later = life.onset[key][rows] + rng.integers(700, 6000, len(rows))
        ends = later < life.people.end[rows]
        life.note(rows[ends], later[ends], code)
        life.onset[f"{key}_resolved"] = np.full(len(life.people), NEVER, np.int32)
        life.onset[f"{key}_resolved"][rows[ends]] = later[ends]


def _young(life: Life, key: str) -> Bools:
    onset = life.onset[key]
    age = (onset - life.people.birth) / YEAR
    return np.asarray((onset < NEVER) & ((age < 25) | (key == "af")))
