"""Atrial fibrillation care: anticoagulants and their doses, INR, scores, exceptions."""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import NEVER, YEAR, Bools, Days, Floats, Rows
from harmfree.records.sources.synthetic.life import Courses, Life, joined
from harmfree.records.sources.synthetic.schedule import due, issue, spells

DEVICES_FROM = 17713
"""1 July 2018: hand-held devices reach practices (national roll-out)."""
DOACS_FROM = 15706
"""1 January 2013: direct oral anticoagulants are in use."""
FULL = ("apixaban_5", "edoxaban_60", "rivaroxaban_20", "dabigatran_150")
REDUCED = ("apixaban_2_5", "edoxaban_30", "rivaroxaban_15", "dabigatran_110")
SHARES = (0.45, 0.27, 0.20, 0.08)
TREATED = 0.84
"""Share of eligible people anticoagulated, the ambition named in the collaborative's papers."""


def add(life: Life) -> None:
    """Anticoagulate people with AF and with clots; write what follows from it."""
    rng = life.rng("anticoagulation")
    af = _fibrillation(life, rng)
    clots = _clots(life, rng, af)
    unknown = _unexplained(life, rng)
    all_courses = joined(af, clots, unknown)
    life.anticoagulant = all_courses.spans(len(life.people))
    _prescribe(life, rng, all_courses)
    _yearly(life, rng)
    _untreated(life, rng, af)
    _devices(life)
    _after_strokes(life)


def stroke_score(life: Life, rows: Rows, days: Days, sex_counts: bool = True) -> Floats:
    """Return CHA2DS2-VASc of these people on these days (Lip 2010); CHADS2-like parts in it."""
    age = life.people.age(rows, days)
    score = np.where(age >= 75, 2.0, np.where(age >= 65, 1.0, 0.0))
    score += 1.0 * (life.people.female[rows] & sex_counts)
    score += 1.0 * life.had(rows, days, "heart_failure")
    score += 1.0 * life.had(rows, days, "hypertension")
    score += 1.0 * life.had(rows, days, "diabetes_1", "diabetes_2")
    score += 2.0 * life.had(rows, days, "stroke", "tia")
    score += 1.0 * life.had(rows, days, "chd", "pad")
    return np.asarray(score)


def _fibrillation(life: Life, rng: np.random.Generator) -> Courses:
    rows = np.flatnonzero(life.has("af"))
    start = (life.onset["af"][rows] + rng.exponential(90, len(rows))).astype(np.int32)
    eligible = stroke_score(life, rows, life.people.end[rows]) >= 2
    treated = eligible & (rng.random(len(rows)) < TREATED)
    stop = np.where(rng.random(len(rows)) < 0.06, start + 900, 500_000)
    return Courses(rows, start, stop.astype(np.int32)).where(treated)


def _clots(life: Life, rng: np.random.Generator, known: Courses) -> Courses:
    rows = np.setdiff1d(np.flatnonzero(life.has("dvt", "pe", "mechanical_valve")), known.rows)
    start = life.first_onset("dvt", "pe", "mechanical_valve")[rows] + 3
    lifelong = (rng.random(len(rows)) < 0.35) | life.has("mechanical_valve")[rows]
    stop = np.where(lifelong, 500_000, start + rng.integers(90, 400, len(rows)))
    return Courses(rows, start.astype(np.int32), stop.astype(np.int32))


def _unexplained(life: Life, rng: np.random.Generator) -> Courses:
    """A few take an anticoagulant with no coded reason: what case finding should turn up."""
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    bare = (age > 55) & ~life.has("af", "dvt", "pe", "mechanical_valve")
    rows = np.flatnonzero(bare & (rng.random(len(age)) < 0.004))
    start = (life.people.end[rows] - rng.integers(100, 2500, len(rows))).astype(np.int32)
    return Courses(rows, start, np.full(len(rows), 500_000, np.int32))


def _prescribe(life: Life, rng: np.random.Generator, courses: Courses) -> None:
    """Warfarin first, or instead; most change to a direct anticoagulant at some time."""
    rows = courses.rows
    bound = life.has("mechanical_valve", "antiphospholipid", "mitral_stenosis")[rows]
    keeps = bound | (rng.random(len(rows)) < 0.07)
    warfarin = keeps | (courses.start < DOACS_FROM) | (rng.random(len(rows)) < 0.25)
    change = np.maximum(courses.start + 60, DOACS_FROM + rng.integers(0, 4300, len(rows)))
    change = np.where(keeps, 600_000, np.where(warfarin, change, courses.start))
    old = Courses(rows, courses.start, np.minimum(courses.stop, change).astype(np.int32))
    _warfarin(life, rng, old.where(warfarin & (old.stop > old.start)))
    new = Courses(rows, np.minimum(change, 590_000).astype(np.int32), courses.stop)
    _direct(life, rng, new.where(new.stop > new.start))


def _warfarin(life: Life, rng: np.random.Generator, courses: Courses) -> None:
    kind = rng.choice(
        life.vocabulary.ids(("warfarin_1", "warfarin_3", "phenindione_10", "acenocoumarol_1")),
        size=len(courses),
        p=[0.72, 0.25, 0.02, 0.01],
    )
    issue(life, courses, kind, 42, rng)
    _inr(life, rng, courses)
    _first_weeks(life, rng, courses)


def _inr(life: Life, rng: np.random.Generator, courses: Courses) -> None:
    """INR series: good, middling and poor control; some people stop coming for their test."""
    n = len(courses)
    control = rng.choice([0.35, 0.6, 1.05], size=n, p=[0.55, 0.3, 0.15])
    missed = np.where(rng.random(n) < 0.08, 0.75, 0.06)
    rows, days = due(life, courses, 28, missed, life.rollout.monitoring_ratio, rng)
    spread = np.zeros(len(life.people))
    spread[courses.rows] = control
    aim = np.where(life.has("mechanical_valve"), 3.0, 2.5)
    value = aim[rows] + rng.normal(0, 1, len(rows)) * spread[rows]
    # Most of the very high ones are in the people whose control is poor.
    wild = rng.random(len(rows)) < np.where(spread[rows] > 1, 0.04, 0.004)
    value = np.where(wild, rng.uniform(5.1, 9.5, len(rows)), value)
    life.note(rows, days, "inr", np.round(np.clip(value, 0.9, 12), 1), "{INR}")
    yearly = rng.random(len(rows)) < 0.05
    share = np.clip(np.rint(95 - 55 * spread[rows] + rng.normal(0, 8, len(rows))), 5, 100)
    life.note(rows[yearly], days[yearly], "ttr", share[yearly], "%")


def _first_weeks(life: Life, rng: np.random.Generator, courses: Courses) -> None:
    """Weekly tests at the start; with genotype-guided doses the INR settles sooner."""
    begun = courses.where(courses.start > life.settings.first)
    guided = rng.random(len(begun)) < 0.3
    for key, arm in (("genotype_guided", guided), ("dosing_standard", ~guided)):
        life.note(begun.rows[arm], begun.start[arm], key)
    weeks = np.arange(2, 13)
    which = np.repeat(np.arange(len(begun)), len(weeks))
    week = np.tile(weeks, len(begun))
    settle = np.where(guided[which], 2.2, 3.6)
    value = 2.5 - 1.3 * np.exp(-week / settle) + rng.normal(0, 0.45, len(week))
    days = begun.start[which] + 7 * week - 7
    shown = np.round(np.clip(value, 0.9, 9), 1)
    life.note(begun.rows[which], days, "inr", shown, "{INR}")


def _direct(life: Life, rng: np.random.Generator, courses: Courses) -> None:
    """Direct anticoagulants: the dose the licence asks for in about nine of ten."""
    kind = rng.choice(len(FULL), size=len(courses), p=SHARES)
    reduce = _should_reduce(life, courses, kind)
    wrong = rng.random(len(courses))
    reduce = np.where(wrong < 0.12, ~reduce, reduce)
    medicine = np.where(reduce, life.vocabulary.ids(REDUCED)[kind], life.vocabulary.ids(FULL)[kind])
    issue(life, courses, medicine, np.where(wrong < 0.5, 28, 56), rng)


def _should_reduce(life: Life, courses: Courses, kind: Rows) -> Bools:
    """The licence's reduction rules, at the record's end (reference atrial fibrillation A6)."""
    rows, days = courses.rows, life.people.end[courses.rows]
    age = life.people.age(rows, days)
    weight = life.weight[rows]
    creatinine = life.creatinine(rows, days, life.egfr(rows, days))
    k = np.where(life.people.female[rows], 1.04, 1.23)
    clearance = (140 - age) * weight * k / creatinine
    old, light, high = age >= 80, weight <= 60, creatinine >= 133
    apixaban = (old * 1 + light + high >= 2) | (clearance < 30)
    edoxaban = (clearance <= 50) | light
    rivaroxaban = clearance < 50
    return np.asarray(np.choose(kind, [apixaban, edoxaban, rivaroxaban, old | (clearance < 50)]))


def _yearly(life: Life, rng: np.random.Generator) -> None:
    """Yearly review of AF: scores and the parts of the annual review."""
    rows = np.flatnonzero(life.has("af"))
    start = life.onset["af"][rows]
    courses = Courses(rows, start, np.full(len(rows), 500_000, np.int32))
    seen, days = due(
        life, courses, 365, np.full(len(rows), 0.28), life.rollout.monitoring_ratio, rng
    )
    score = stroke_score(life, seen, days)
    life.note(seen, days, "cha2ds2_vasc", score, "{score}")
    bleeding = np.clip(np.rint(rng.normal(1.8, 1.2, len(seen))), 0, 7)
    some = rng.random(len(seen)) < 0.6
    life.note(seen[some], days[some], "orbit", bleeding[some], "{score}")
    few = rng.random(len(seen)) < 0.25
    life.note(seen[few], days[few], "has_bled", np.minimum(bleeding[few] + 1, 9), "{score}")
    on = life.anticoagulant[0][seen] <= days
    for key, share in (
        ("anticoagulation_review", 0.7),
        ("adherence_review", 0.6),
        ("anticoagulant_choice", 0.45),
        ("bleeding_adverse", 0.6),
    ):
        part = on & (rng.random(len(seen)) < share)
        life.note(seen[part], days[part], key)
    _at_diagnosis(life, rng, rows)
    weighed = life.rng("weighed at review").random(len(seen)) < 0.85
    weight = np.round(life.weight[seen], 1)
    life.note(seen[weighed], days[weighed], "weight", weight[weighed], "kg")


def _at_diagnosis(life: Life, rng: np.random.Generator, rows: Rows) -> None:
    traced = rows[rng.random(len(rows)) < 0.7]
    life.note(traced, life.onset["af"][traced] - rng.integers(0, 20, len(traced)), "ecg_af")
    # The older score counts when it was recorded before 1 April 2015.
    early = rows[(life.onset["af"][rows] < 16_300) & (rng.random(len(rows)) < 0.6)]
    when = np.maximum(life.onset["af"][early] + 100, 14_500).astype(np.int32)
    score = stroke_score(life, early, when, sex_counts=False)
    life.note(early, when, "chads2", np.minimum(score, 6), "{score}")
    near = np.flatnonzero((life.onset["af"] == NEVER) & (rng.random(len(life.people)) < 0.004))
    when = (life.people.end[near] - rng.integers(0, 2500, len(near))).astype(np.int32)
    grown = life.people.age(near, when) > 50
    near, when = near[grown], when[grown]
    possible = rng.random(len(near)) < 0.5
    life.note(near[possible], when[possible], "device_possible_af")
    life.note(near[~possible], when[~possible], "device_normal")
    checked = rng.random(len(near)) < 0.5
    life.note(near[checked], when[checked] + 12, "ecg")
    life.note(near[checked], when[checked] + 30, "af_excluded")


def _devices(life: Life) -> None:
    """Rhythm strips of older people: most normal, a few false alarms, some fibrillation found.

    A false alarm in 1.3% is the specificity of WatchBP Home A (98.7%, 5,969 people); how often a
    strip is unclassified or unreadable, and who is reached, is ours.
    """
    rng = life.rng("devices")
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    rows, days = life.visits(np.where(age > 64, 0.03, 0.001), rng)
    seen = (days >= DEVICES_FROM) & (life.onset["af"][rows] > days)
    rows, days = rows[seen], days[seen]
    kind = rng.choice(4, size=len(rows), p=[0.917, 0.013, 0.04, 0.03])
    keys = ("device_normal", "device_possible_af", "device_unclassified", "device_unreadable")
    life.sheet.add(rows, days, life.vocabulary.ids(keys)[kind])
    alarm = np.flatnonzero((kind == 1) & (rng.random(len(rows)) < 0.75))
    when = days[alarm] + rng.integers(1, 45, len(alarm)).astype(np.int32)
    life.note(rows[alarm], when, "ecg")
    life.note(rows[alarm], when + 10, "af_excluded")
    _found_by_device(life, rng)


def _found_by_device(life: Life, rng: np.random.Generator) -> None:
    """One new diagnosis in fourteen began with a strip; the ECG that proves it follows."""
    new = (life.onset["af"] >= DEVICES_FROM) & life.has("af")
    found = np.flatnonzero(new & (rng.random(len(life.people)) < 0.07))
    coded = life.onset["af"][found]
    life.note(
        found, coded - rng.integers(15, 60, len(found)).astype(np.int32), "device_possible_af"
    )
    life.note(found, coded - rng.integers(0, 14, len(found)).astype(np.int32), "ecg")


def _after_strokes(life: Life) -> None:
    """An ECG in the weeks after most strokes and TIAs."""
    rng = life.rng("after strokes")
    for event in ("stroke", "tia"):
        rows = np.flatnonzero(life.has(event) & (rng.random(len(life.people)) < 0.8))
        days = life.onset[event][rows] + rng.integers(0, 35, len(rows)).astype(np.int32)
        life.note(rows, days, "ecg")


def _untreated(life: Life, rng: np.random.Generator, treated: Courses) -> None:
    """Why some are not anticoagulated: declined, contraindicated, unsuitable, invited in vain."""
    rows = np.setdiff1d(np.flatnonzero(life.has("af")), treated.rows)
    when = life.people.end[rows] - rng.integers(0, 360, len(rows))
    when = np.maximum(when, life.onset["af"][rows])
    reason = rng.random(len(rows))
    for key, low, high in (
        ("doac_declined", 0.00, 0.18),
        ("warfarin_declined", 0.05, 0.16),
        ("anticoagulant_declined", 0.18, 0.22),
        ("doac_contraindicated", 0.22, 0.30),
        ("warfarin_contraindicated", 0.22, 0.28),
        ("af_unsuitable", 0.30, 0.33),
        ("af_review_declined", 0.33, 0.38),
        ("af_invitation", 0.38, 0.48),
    ):
        which = (reason >= low) & (reason < high)
        life.note(rows[which], when[which], key)
    invited = (reason >= 0.38) & (reason < 0.45)
    life.note(rows[invited], when[invited] - rng.integers(8, 60, invited.sum()), "af_invitation")
    _on_warfarin_by_choice(life, rng, treated)
    instead = rows[(rng.random(len(rows)) < 0.12) & ~life.has("chd", "stroke", "tia", "pad")[rows]]
    start = life.onset["af"][instead]
    only = Courses(instead, start, np.full(len(instead), 500_000, np.int32))
    issue(life, only, life.vocabulary["aspirin_75"], 56, rng)


def _on_warfarin_by_choice(life: Life, rng: np.random.Generator, treated: Courses) -> None:
    some = treated.rows[rng.random(len(treated)) < 0.03]
    when = life.people.end[some] - rng.integers(0, 300, len(some))
    life.note(some, when, "doac_not_indicated")


def antidysrhythmics(life: Life) -> None:
    """Digoxin or flecainide without a coded reason, for case finding."""
    rng = life.rng("antidysrhythmics")
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    bare = (age > 50) & ~life.has("af", "heart_failure")
    rows = np.flatnonzero(bare & (rng.random(len(age)) < 0.0012))
    start = (life.people.end[rows] - rng.integers(100, int(5 * YEAR), len(rows))).astype(np.int32)
    medicine = life.vocabulary.ids(("digoxin_125", "flecainide_100", "propafenone_150"))
    issue(
        life,
        Courses(rows, start, spells(life, start, 8.0, rng)),
        medicine[rng.integers(0, 3, len(rows))],
        56,
        rng,
    )
