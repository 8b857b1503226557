"""Infections, what was prescribed for them, scores and point of care tests, and sepsis."""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import Days, Floats, Rows
from harmfree.records.sources.synthetic.life import Life
from harmfree.records.sources.synthetic.monitoring import kidney_tests
from harmfree.records.sources.synthetic.vocabulary import table


def add(life: Life) -> None:
    """Write every infection of `infections.csv`, then sepsis and acute kidney injury."""
    rng = life.rng("infections")
    ages = [0, 5, 15, 40, 65, 80, 95]
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    for row in table("infections.csv"):
        rate = np.interp(age, ages, [float(row[f"a{a}"]) for a in ages])
        sex = np.where(life.people.female, float(row["female"]), 2 - float(row["female"]))
        rows, days = life.visits(rate * sex * np.exp(0.2 * life.people.illness), rng)
        rows, days = _in_season(life, rng, (rows, days), float(row["winter"]))
        life.note(rows, days, row["key"])
        treated = rng.random(len(rows)) < float(row["treated"]) * _habit(life, rows, days)
        _antibiotic(life, rng, row, rows[treated], days[treated])
        _balancing(life, rng, row, rows, days)
        if row["key"] in ("sore_throat", "tonsillitis"):
            _throat_scores(life, rng, rows, days)
        if row["key"] in ("lrti", "bronchitis", "pneumonia", "cough"):
            _chest_tests(life, rng, rows, days)
        if row["key"] == "pneumonia":
            _late_crp(life, rng, rows, days)
    _sepsis(life, rng, age)
    _kidney_injury(life, rng, age)


def _in_season(
    life: Life, rng: np.random.Generator, visits: tuple[Rows, Days], winter: float
) -> tuple[Rows, Days]:
    """Move this share of the infections to the winter months around their date."""
    rows, days = visits
    moved = rng.random(len(days)) < winter
    phase = (days - 10) % 365
    shift = np.where(moved, -phase * 0.6 + np.where(phase > 182, 365 * 0.6, 0), 0)
    # What moves beyond the ends of the record happened before or after it.
    later = days + shift
    inside = (later >= life.settings.first) & (later <= life.settings.last)
    return rows[inside], later[inside].astype(np.int32)


def _habit(life: Life, rows: Rows, days: Days) -> Floats:
    """How freely the practice prescribes, falling a little every year."""
    practice = life.people.practice_on(rows, days)
    years = (days - life.settings.first) / 365.25
    return np.asarray(life.region.hazard[practice] ** 0.5 * (1.1 - 0.025 * years))


def _antibiotic(
    life: Life, rng: np.random.Generator, row: dict[str, str], rows: Rows, days: Days
) -> None:
    """Prescribe from the infection's own list: medicine, share and length of course."""
    choices = [part.split(":") for part in row["choices"].split()]
    shares = np.array([float(share) for _, share, _ in choices])
    codes = life.vocabulary.ids(tuple(medicine for medicine, _, _ in choices))
    lengths = np.array([int(length) for _, _, length in choices])
    pick = rng.choice(len(choices), size=len(rows), p=shares / shares.sum())
    length = lengths[pick] + np.where(rng.random(len(rows)) < 0.25, 2, 0)
    if row["key"] == "uti":
        # Many courses of three days are written for seven.
        length = np.where((length < 7) & (rng.random(len(rows)) < 0.3), 7, length)
    units = life.vocabulary.daily_units[codes[pick]]
    quantity = np.where(units > 0, np.ceil(units * length), 1)
    life.sheet.add(rows, days, codes[pick], quantity, 1, days + length)
    again = rng.random(len(rows)) < 0.07
    later = days[again] + rng.integers(5, 25, again.sum())
    life.sheet.add(
        rows[again], later, codes[pick][again], quantity[again], 1, later + length[again]
    )
    delayed = rng.random(len(rows)) < 0.06
    life.note(rows[delayed], days[delayed], "delayed_antibiotic")


def _balancing(
    life: Life, rng: np.random.Generator, row: dict[str, str], rows: Rows, days: Days
) -> None:
    """Admissions within a month of the consultation, so that harm of withholding can be seen."""
    admitted = rng.random(len(rows)) < float(row["admitted"])
    when = days[admitted] + rng.integers(0, 28, admitted.sum())
    life.note(rows[admitted], when, "emergency_admission")


def _throat_scores(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    scored = rng.random(len(rows))
    fever, centor = scored < 0.32, (scored >= 0.32) & (scored < 0.42)
    life.note(rows[fever], days[fever], "feverpain", rng.binomial(5, 0.45, fever.sum()), "{score}")
    life.note(rows[centor], days[centor], "centor", rng.binomial(4, 0.45, centor.sum()), "{score}")


def _chest_tests(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    part = rng.random(len(rows))
    near = part < 0.05
    value = np.rint(rng.lognormal(2.9, 1.0, near.sum()))
    low = value < 5
    life.note(rows[near][~low], days[near][~low], "crp_poct", value[~low], "mg/L")
    life.note(rows[near][low], days[near][low], "crp_poct", 5, "<mg/L")
    scored = (part >= 0.05) & (part < 0.09)
    life.note(rows[scored], days[scored], "crb65", rng.binomial(4, 0.2, scored.sum()), "{score}")
    flu = (part >= 0.09) & (part < 0.11)
    positive = flu & (rng.random(len(rows)) < 0.3)
    life.note(rows[positive], days[positive], "flu_poct")
    life.note(rows[flu & ~positive], days[flu & ~positive], "flu_poct_negative")
    # In a pilot of the North West Coast six of nine people with influenza got an antiviral.
    given = positive & (rng.random(len(rows)) < 0.67)
    life.sheet.add(
        rows[given], days[given], life.vocabulary["oseltamivir_75"], 10, 1, days[given] + 5
    )
    observed = (part >= 0.11) & (part < 0.3)
    early_warning(life, rng, rows[observed], days[observed], 1.6)
    life.note(rows[observed], days[observed], "suspected_infection")


def _late_crp(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    """A CRP at the point of care some days after pneumonia was coded: a test not indicated."""
    late = rng.random(len(rows)) < 0.04
    when = days[late] + rng.integers(1, 9, late.sum())
    life.note(rows[late], when, "crp_poct", np.rint(rng.lognormal(4, 0.7, late.sum())), "mg/L")


def early_warning(
    life: Life, rng: np.random.Generator, rows: Rows, days: Days, mean: float
) -> None:
    """Write a set of observations and, in two of three, their NEWS2 total."""
    n = len(rows)
    ill = np.minimum(rng.poisson(mean, n), 15)
    life.note(rows, days, "resp_rate", np.rint(rng.normal(16 + ill, 2)), "/min")
    life.note(rows, days, "temperature", np.round(rng.normal(37 + 0.12 * ill, 0.5), 1), "Cel")
    saturated = rng.random(n) < 0.8
    spo2 = np.clip(np.rint(rng.normal(97 - 0.6 * ill, 1.2)), 78, 100)
    life.note(rows[saturated], days[saturated], "spo2", spo2[saturated], "%")
    life.note(rows, days, "pulse_rate", np.rint(rng.normal(80 + 4 * ill, 10)), "/min")
    pressed, breathed = rng.random(n) < 0.85, rng.random(n) < 0.8
    systolic = np.clip(np.rint(rng.normal(128 - 3 * ill, 14)), 60, 230)
    life.note(rows[pressed], days[pressed], "systolic", systolic[pressed], "mm[Hg]")
    oxygen = np.where(ill > 7, life.vocabulary["on_oxygen"], life.vocabulary["room_air"])
    life.sheet.add(rows[breathed], days[breathed], oxygen[breathed])
    scored = rng.random(n) < 0.65
    awake = rng.random(n) < 0.6
    life.note(rows[awake], days[awake], "acvpu", 3 * (ill[awake] > 9), "{score}")
    life.note(rows[scored], days[scored], "news2", ill[scored], "{score}")
    in_time = scored & (ill >= 5) & (rng.random(n) < 0.7)
    life.note(rows[in_time], days[in_time], "news2_review_in_time")


def _sepsis(life: Life, rng: np.random.Generator, age: Floats) -> None:
    rate = np.interp(age, [0, 40, 65, 80, 95], [0.0006, 0.0008, 0.003, 0.009, 0.018])
    rows, days = life.visits(rate, rng)
    urinary = rng.random(len(rows)) < 0.2
    code = np.where(urinary, life.vocabulary["urosepsis"], life.vocabulary["sepsis"])
    life.sheet.add(rows, days, code)
    life.note(rows, days, "emergency_admission")
    seen = rng.random(len(rows)) < 0.45
    before = days[seen] - (rng.random(seen.sum()) < 0.4)
    early_warning(life, rng, rows[seen], before.astype(np.int32), 5.5)
    tested = rng.random(len(rows)) < 0.3
    life.note(
        rows[tested], days[tested], "crp", np.rint(rng.lognormal(4.6, 0.7, tested.sum())), "mg/L"
    )


def _kidney_injury(life: Life, rng: np.random.Generator, age: Floats) -> None:
    """Acute kidney injury warnings; creatinine is repeated in six of ten, half in a week."""
    rate = np.interp(age, [18, 50, 65, 80, 95], [0.0004, 0.002, 0.006, 0.02, 0.035])
    rate = rate * np.where(life.kidney < 60, 2.0, 1.0)
    rows, days = life.visits(rate, rng)
    stage = rng.choice(4, size=len(rows), p=[0.35, 0.42, 0.15, 0.08])
    codes = life.vocabulary.ids(("aki", "aki_stage_1", "aki_stage_2", "aki_stage_3"))
    life.sheet.add(rows, days, codes[stage])
    warned = rng.random(len(rows)) < 0.7
    life.note(rows[warned], days[warned], "aki_warning")
    repeated = rng.random(len(rows)) < 0.6
    late = days[repeated] + rng.integers(1, 16, repeated.sum())
    kidney_tests(life, rng, rows[repeated], late.astype(np.int32))
