"""Bone health: who is assessed, scanned and treated, and the gaps that are left."""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import NEVER, YEAR, Bools, Days, Rows
from harmfree.records.sources.synthetic.life import Courses, Life
from harmfree.records.sources.synthetic.schedule import issue, repeat, spells

ORAL = ("alendronic_70", "risedronate_35", "ibandronic_150", "raloxifene_60")


def add(life: Life) -> None:
    """Write scans, scores, bone-sparing drugs, vitamin D, and refusals."""
    rng = life.rng("bones")
    since = np.minimum(life.onset["osteoporosis"], life.onset["fracture"])
    steroids = life.onset["polymyalgia"]
    indicated = (since < NEVER) | (steroids < NEVER)
    since = np.minimum(since, steroids)
    _assessed(life, rng)
    _scans(life, rng, since)
    _treated(life, rng, indicated, since)
    _vitamins(life, rng, indicated, since)
    _refused(life, rng, indicated)
    _liaison(life, rng)


def _liaison(life: Life, rng: np.random.Generator) -> None:
    """Fracture liaison: assessed, scanned, advised and followed up, most of it in time."""
    rows, days = life.fractures
    seen = rng.random(len(rows)) < 0.45
    rows, days = rows[seen], days[seen]
    asked: tuple[Rows, Days] = rows[:0], days[:0]
    when = days + rng.gamma(3.0, 22.0, len(rows)).astype(np.int32)
    life.note(rows, when, "bone_assessment")
    for key, share, mean in (
        ("falls_risk_assessment", 0.55, 10),
        ("dxa_requested", 0.45, 5),
        ("fls_treatment_recommended", 0.5, 3),
        ("strength_balance", 0.2, 60),
        ("fls_monitored", 0.4, 70),
    ):
        part = rng.random(len(rows)) < share
        later = rng.exponential(mean, part.sum()).astype(np.int32)
        life.note(rows[part], when[part] + later, key)
        if key == "dxa_requested":
            asked = rows[part], when[part] + later
    _scanned(life, rng, *asked)


def _scanned(life: Life, rng: np.random.Generator, rows: Rows, asked: Days) -> None:
    """Scan seven in eight of those asked for, after some weeks; write the T-scores."""
    back = rng.random(len(rows)) < 0.875
    rows, when = rows[back], asked[back] + rng.integers(14, 85, back.sum()).astype(np.int32)
    t_score = rng.normal(-1.6, 0.7, len(rows)) - 1.1 * life.has("osteoporosis")[rows]
    life.note(rows, when, "dxa_scan")
    life.note(rows, when, "dxa_hip_t", np.round(t_score, 1), "{T-score}")
    spine = np.round(t_score + rng.normal(-0.1, 0.6, len(rows)), 1)
    life.note(rows, when, "dxa_spine_t", spine, "{T-score}")


def _assessed(life: Life, rng: np.random.Generator) -> None:
    n = len(life.people)
    age = life.people.age(np.arange(n), life.people.end)
    rows, days = life.visits(np.where((age > 55), 0.03, 0.0), rng)
    life.note(rows, days, "bone_assessment")
    major = np.clip(rng.lognormal(2.0, 0.7, len(rows)), 1, 70)
    some = rng.random(len(rows)) < 0.5
    life.note(rows[some], days[some], "frax_major", np.round(major[some], 1), "%")
    life.note(rows[some], days[some], "frax_hip", np.round(major[some] * 0.35, 1), "%")
    rest = ~some & (rng.random(len(rows)) < 0.4)
    life.note(rows[rest], days[rest], "qfracture", np.round(major[rest] * 0.8, 1), "%")


def _scans(life: Life, rng: np.random.Generator, since: Days) -> None:
    """DXA asked for after a fracture or diagnosis; one in eight has no result."""
    who = (since < NEVER) & (rng.random(len(since)) < 0.45)
    rows = np.flatnonzero(who | (life.has("osteopenia") & (rng.random(len(since)) < 0.8)))
    start = np.minimum(since, life.onset["osteopenia"])[rows]
    asked = np.maximum(start - 20, life.people.birth[rows]) + rng.integers(0, 60, len(rows))
    life.note(rows, asked, "dxa_requested")
    _scanned(life, rng, rows, asked.astype(np.int32))


def _treated(life: Life, rng: np.random.Generator, indicated: Bools, since: Days) -> None:
    """Treat most at some time; many stop, and one in five is on treatment on any day."""
    n = len(indicated)
    treated = indicated & (rng.random(n) < np.where(life.has("osteoporosis"), 0.75, 0.5))
    rows = np.flatnonzero(treated)
    start = (since[rows] + rng.exponential(200, len(rows))).astype(np.int32)
    kind = rng.random(len(rows))
    oral = kind < 0.84
    courses = Courses(rows, start, spells(life, start, 5.0, rng))
    medicine = rng.choice(life.vocabulary.ids(ORAL), size=len(rows), p=[0.8, 0.13, 0.04, 0.03])
    issue(life, courses.where(oral), medicine[oral], 56, rng)
    _denosumab(life, rng, courses.where((kind >= 0.84) & (kind < 0.93)))
    yearly = courses.where((kind >= 0.93) & (kind < 0.97))
    issue(life, yearly, life.vocabulary["zoledronic_5"], 365, rng)
    issue(life, courses.where(kind >= 0.97), life.vocabulary["teriparatide"], 28, rng)
    reviewed = rng.random(len(rows)) < 0.2
    when = life.people.end[rows[reviewed]] - rng.integers(0, 700, reviewed.sum())
    life.note(rows[reviewed], when, "bone_review")


def _denosumab(life: Life, rng: np.random.Generator, courses: Courses) -> None:
    """An injection every six months, some of them late enough to matter."""
    which, days = repeat(life, courses, 183, rng)
    late = np.where(
        rng.random(len(which)) < 0.15,
        rng.integers(35, 150, len(which)),
        rng.integers(0, 20, len(which)),
    )
    days = (days + late).astype(np.int32)
    code = life.vocabulary["denosumab_60"]
    life.sheet.add(courses.rows[which], days, code, 1, 1, days + 183)


def _vitamins(life: Life, rng: np.random.Generator, indicated: Bools, since: Days) -> None:
    n = len(indicated)
    age = life.people.age(np.arange(n), life.people.end)
    takes = (indicated & (rng.random(n) < 0.45)) | ((age > 65) & (rng.random(n) < 0.09))
    rows = np.flatnonzero(takes)
    begin = np.where(
        since[rows] < NEVER,
        since[rows],
        life.people.end[rows] - rng.integers(0, int(9 * YEAR), len(rows)),
    )
    courses = Courses(rows, begin.astype(np.int32), spells(life, begin, 7.0, rng))
    keys = life.vocabulary.ids(("colecalciferol_800", "calcium_vitamin_d", "calcium_500"))
    issue(life, courses, rng.choice(keys, size=len(rows), p=[0.55, 0.42, 0.03]), 56, rng)
    tested, when = life.visits(np.where(age > 50, 0.02, 0.005), rng)
    life.note(tested, when, "vitamin_d", np.rint(rng.lognormal(3.85, 0.45, len(tested))), "nmol/L")


def _refused(life: Life, rng: np.random.Generator, indicated: Bools) -> None:
    rows: Rows = np.flatnonzero(indicated)
    reason = rng.random(len(rows))
    when = life.people.end[rows] - rng.integers(0, 400, len(rows))
    life.note(rows[reason < 0.03], when[reason < 0.03], "bone_declined")
    unsuitable = (reason >= 0.03) & (reason < 0.05)
    life.note(rows[unsuitable], when[unsuitable], "bone_contraindicated")
