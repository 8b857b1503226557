"""A fictitious feed of births to start from: seeded, the same on every machine."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from harmfree.clinical.maternity.perinatal import BANDS, INTERVENTIONS

UNITS = ("Fellside Maternity Unit", "Port Halden Women's Hospital", "Wyreborough Infirmary")
COLUMNS = (
    "baby", "mother", "unit", "birth_date", "weeks", "days", "weight_grams", "births",
    "ventilation", "labour", *(each.name for each in INTERVENTIONS), "steroids_doses",
    *(f"{each.optimal}_opt_{what}" for each in INTERVENTIONS if each.optimal
      for what in ("poss", "act")),
    "embm_info", "smoker_at_booking", "co_ppm", "co_referred", "stillbirth", "brain_injury",
    "term_admission", "severe_haemorrhage",
)  # fmt: skip
RARE_RATES = {"stillbirth": 0.004, "brain_injury": 0.003, "severe_haemorrhage": 0.012}
ORGANISATIONS = (
    ("code", "name", "valid_from", "valid_to", "successors"),
    ("ZX1", "Fellside Hospitals", "2010-04-01", "2025-07-01", "ZX9"),
    ("ZX2", "Port Halden Hospitals", "2010-04-01", "2025-07-01", "ZX9"),
    ("ZX3", "Wyreborough Hospitals", "2010-04-01", "", ""),
    ("ZX9", "Halden and Fells Hospitals", "2025-07-01", "", ""),
)
STAGES = (
    ("organisation", "intervention", "date", "stage"),
    ("ZX1", "magnesium", "2025-04-01", "4"), ("ZX2", "magnesium", "2025-04-01", "2"),
    ("ZX3", "magnesium", "2025-04-01", "3"), ("ZX1", "cord", "2025-04-01", "3"),
    ("ZX2", "cord", "2025-04-01", "3"), ("ZX9", "cord", "2025-10-01", "4"),
    ("ZX3", "cord", "2025-10-01", ""), ("ZX1", "warmth", "2025-10-01", "5"),
)  # fmt: skip


def write_example(path: Path, births: int = 4000, seed: int = 1) -> list[Path]:
    """Write a feed, and beside it organisations and stages with a merger.

    Args:
        path: where the feed goes (CSV). births: how many babies. seed: of the random numbers.

    Returns:
        The three files written. A few cells break the rules on purpose, to show the ledger.
    """
    rng = random.Random(seed)
    rows = [_birth(rng, number) for number in range(births)]
    for row in rng.sample(rows, min(6, len(rows))):
        row["co_ppm"] = "high"
    others = {"_organisations": ORGANISATIONS, "_stages": STAGES}
    _write(path, [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows)])
    written = [path]
    for suffix, table in others.items():
        written.append(path.with_name(f"{path.stem}{suffix}.csv"))
        _write(written[-1], table)
    return written


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _birth(rng: random.Random, number: int) -> dict[str, str]:
    on = date(2024, 1, 1) + timedelta(days=rng.randrange(731))
    early = rng.random() < 0.09
    weeks = rng.randint(23, 33) if early else rng.choice((37, 38, 39, 39, 40, 40, 41))
    row = {
        "baby": f"B{number:05d}",
        "mother": f"M{number:05d}",
        "unit": rng.choice(UNITS),
        "birth_date": on.isoformat(),
        "weeks": str(weeks),
        "days": str(rng.randint(0, 6)),
    }
    if early:
        row |= _care(rng, weeks, (on - date(2024, 1, 1)).days / 731)
    return row | _booking(rng) | _rare(rng, early)


def _yes(answer: bool) -> str:
    return "Yes" if answer else "No"


def _care(rng: random.Random, weeks: int, time: float) -> dict[str, str]:
    """What a baby born early received; it gets better over the two years."""
    grams = max(450, round(rng.gauss(95 * weeks - 1450, 180)))
    twin, ventilated, labour = rng.random() < 0.2, rng.random() < 0.35, rng.random() < 0.6
    band = next(first for first in reversed(BANDS.values()) if weeks * 7 >= first)
    applies = {
        "place": weeks < 27 or grams < 800 or (twin and weeks < 28),
        "mgso4_rx": weeks < 30,
        "antibiotics_rx": labour,
        "volume_guarantee": ventilated,
        "caffeine": weeks < 30,
        "probiotics": not (band >= 32 * 7 and grams > 1500),
        "hydrocortisone": weeks < 28,
    }
    row = {
        "weight_grams": str(grams),
        "births": "Multiple" if twin else "Single",
        "ventilation": _yes(ventilated),
        "labour": _yes(labour),
        "embm_info": _yes(rng.random() < 0.8),
    }
    for each in INTERVENTIONS:
        if applies.get(each.name, True) and rng.random() > 0.005:
            received = rng.random() < 0.86 + 0.11 * time
            row[each.name] = _yes(received)
            row |= _timing(rng, each.optimal, received) if each.optimal else {}
    return row


def _timing(rng: random.Random, prefix: str, received: bool) -> dict[str, str]:
    doses = {"steroids_doses": str(rng.choice((1, 2, 2)) if received else 0)}
    row = doses if prefix == "steroids" else {}
    if received:
        possible = rng.random() < 0.7
        row[f"{prefix}_opt_poss"] = _yes(possible)
        if possible:
            row[f"{prefix}_opt_act"] = _yes(rng.random() < 0.75)
    return row


def _booking(rng: random.Random) -> dict[str, str]:
    smokes = rng.random() < 0.11
    row = {"smoker_at_booking": _yes(smokes)}
    if rng.random() < 0.9:
        reading = min(60, round(rng.lognormvariate(2.2, 0.5))) if smokes else rng.choice((0, 1, 2))
        row["co_ppm"] = str(reading)
        if reading >= 4:
            row["co_referred"] = _yes(rng.random() < 0.8)
    return row


def _rare(rng: random.Random, early: bool) -> dict[str, str]:
    rates = RARE_RATES | ({} if early else {"term_admission": 0.03})
    return {name: "Yes" for name, rate in rates.items() if rng.random() < rate}
