"""Frailty, medication reviews and what the pharmacist wrote down."""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import Days, Floats, Rows
from harmfree.records.sources.synthetic.life import Life

DEFICITS = (
    "activity_limitation", "anaemia", "osteoarthritis", "af", "stroke", "ckd_3a", "diabetes_2",
    "dizziness", "breathlessness", "foot_problem", "fracture", "hearing_loss", "heart_failure",
    "aortic_stenosis", "housebound", "hypertension", "syncope", "chd", "memory_problem",
    "dementia", "reduced_mobility", "osteoporosis", "parkinsons", "peptic_ulcer", "pad",
    "care_requirement", "copd", "skin_ulcer", "insomnia", "social_services", "hypothyroidism",
    "incontinence", "prostatism", "visual_impairment", "weight_loss",
)  # fmt: skip
"""Conditions that stand for deficits of the electronic frailty index (Clegg 2016)."""


def add(life: Life) -> None:
    """Write frailty, reviews and the pharmacist's work."""
    rng = life.rng("reviews")
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    deficits = np.sum([life.has(key) for key in DEFICITS], axis=0)
    _frailty(life, rng, age, deficits)
    _medication_reviews(life, rng, age, deficits)
    _pharmacist(life, rng, age, deficits)


def _frailty(life: Life, rng: np.random.Generator, age: Floats, deficits: Rows) -> None:
    old = np.flatnonzero((age >= 65) & (rng.random(len(age)) < 0.5))
    count = deficits[old]
    when = (life.people.end[old] - rng.integers(0, 1300, len(old))).astype(np.int32)
    for key, low, high in (
        ("frailty_mild", 5, 9),
        ("frailty_moderate", 9, 13),
        ("frailty_severe", 13, 99),
    ):
        band = (count >= low) & (count < high)
        life.note(old[band], when[band], key)
    scored = rng.random(len(old)) < 0.4
    life.note(old[scored], when[scored], "efi_score", np.round(count[scored] / 36, 3), "{score}")


def _medication_reviews(life: Life, rng: np.random.Generator, age: Floats, deficits: Rows) -> None:
    rate = np.where(deficits >= 2, 0.35, 0.06) * np.where(age > 18, 1, 0.1)
    rows, days = life.visits(rate, rng)
    kind = rng.random(len(rows))
    structured = (kind < 0.3) & (days > 18353)  # the service began in 2020
    life.note(rows[structured], days[structured], "smr")
    other = ~structured & (kind < 0.85)
    life.note(rows[other], days[other], "medication_review")
    dementia = life.had(rows, days, "dementia") & (rng.random(len(rows)) < 0.4)
    life.note(rows[dementia], days[dementia], "dementia_medication_review")


def _pharmacist(life: Life, rng: np.random.Generator, age: Floats, deficits: Rows) -> None:
    """After go-live the pharmacist reviews, offers interventions, and records accepted risks."""
    golive = life.rollout.golive[life.people.practice]
    here = (golive < life.settings.last) & (deficits >= 3) & (rng.random(len(age)) < 0.5)
    rows = np.flatnonzero(here)
    room = np.maximum(life.people.end[rows] - golive[rows], 1)
    when: Days = (golive[rows] + rng.random(len(rows)) * room).astype(np.int32)
    life.note(rows, when, "pharmacist_review")
    offered = rng.random(len(rows)) < 0.4
    life.note(rows[offered], when[offered], "intervention_offered")
    agreed = offered & (rng.random(len(rows)) < 0.7)
    life.note(rows[agreed], when[agreed], "intervention_accepted")
    accepted = rng.random(len(rows)) < 0.03
    life.note(rows[accepted], when[accepted], "hazard_accepted")
