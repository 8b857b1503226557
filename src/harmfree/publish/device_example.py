"""A fictitious evaluation of a CRP device to start from: seeded, the same on every machine."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

Table = list[tuple[str, ...]]
START = datetime(2026, 1, 5, 8, 0)
DAYS = 84
DEVICES = (("D-1041", "QuickCRP", "2026-01-05", ""), ("D-1042", "QuickCRP", "2026-01-05", ""))
LOTS = (("L26A", "2026-03-01"), ("L26B", "2026-12-31"))
OPERATORS = (
    ("OP1", "nurse", "2025-12-10", "2026-12-10"),
    ("OP2", "nurse", "2025-12-10", "2026-12-10"),
    ("OP3", "physician associate", "2025-02-15", "2026-02-15"),
    ("OP4", "general practitioner", "", ""),
)
COSTS = (
    ("Two devices, share of a year", "fixed", "900"),
    ("Training", "fixed", "640"),
    ("Cartridge and consumables", "per_test", "4.20"),
    ("Staff time, eight minutes", "per_test", "3.60"),
    ("Control cartridge", "per_control", "5.00"),
)
SETTINGS = (
    ("title", "CRP at the point of care in Ravensholme (fictitious)"),
    ("analyte", "C-reactive protein"),
    ("unit", "mg/L"),
    ("levels", "20;100"),
    ("positive_from", "100"),
    ("allowable_error", "15"),
    ("control_hours", "24"),
)
MATERIALS = (("low", 20.0, 1.2), ("high", 95.0, 5.0))
DRIFT_FROM = 50
"""Day from which the second device reads high, so that quality control has something to find."""


def write_example(folder: Path, seed: int = 1, tests: int = 320, pairs: int = 60) -> list[Path]:
    """Write every table of a fictitious evaluation into a folder.

    Args:
        folder: made when it is not there. seed: of the random numbers.
        tests, pairs: how many tests of patients and paired samples.

    Returns:
        The files written. Two rows are faulty on purpose, to show the ledger.
    """
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    done = list(_tests(rng, tests))
    made: dict[str, tuple[Sequence[str], Sequence[Sequence[str]]]] = {
        "evaluation": (("setting", "value"), SETTINGS),
        "devices": (("device", "model", "in_service_from", "in_service_to"), DEVICES),
        "lots": (("lot", "expiry"), LOTS),
        "operators": (("operator", "role", "trained_on", "training_expires"), OPERATORS),
        "controls": (
            ("device", "material", "date_time", "value", "mean", "sd", "run"),
            list(_controls(rng)),
        ),
        "pairs": (("sample", "device_result", "laboratory_result"), list(_pairs(rng, pairs))),
        "tests": (TEST_COLUMNS, [row for row, _ in done]),
        "outcomes": (
            ("test", "sepsis", "admitted", "emergency", "died"),
            list(_outcomes(rng, done)),
        ),
        "costs": (("item", "kind", "amount"), COSTS),
    }
    return [_write(folder / f"{name}.csv", *table) for name, table in made.items()]


def _write(path: Path, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *rows])
    return path


def _controls(rng: random.Random) -> Iterator[tuple[str, ...]]:
    """Both materials on each device on working days; the second device drifts for a while."""
    for day in range(DAYS):
        at = START + timedelta(days=day)
        for device, *_ in DEVICES:
            if at.weekday() > 4 or rng.random() < 0.06:
                continue
            drift = 2.6 if device == DEVICES[1][0] and 0 <= day - DRIFT_FROM < 5 else 0.0
            for name, centre, spread in MATERIALS:
                value = centre + spread * (drift + rng.gauss(0, 0.8))
                yield (device, name, f"{at:%Y-%m-%d %H:%M}", f"{value:.1f}", f"{centre:g}",
                       f"{spread:g}", f"{device}-{day}")  # fmt: skip


def _pairs(rng: random.Random, pairs: int) -> Iterator[tuple[str, ...]]:
    """The device reads four in a hundred high; below 5 it only says so."""
    for number in range(pairs):
        truth = rng.lognormvariate(3.2, 1.0)
        laboratory = truth * rng.gauss(1, 0.03)
        yield f"S{number:03d}", _shown(1 + truth * rng.gauss(1.04, 0.07)), f"{laboratory:.1f}"
    yield "S900", "high", "12.0"


def _shown(value: float) -> str:
    return "<5" if value < 5 else ">200" if value > 200 else f"{value:.0f}"


TEST_COLUMNS = (
    "test", "date_time", "device", "lot", "operator", "result", "decision_before",
    "decision_after", "transmitted", "identity_checked", "reference",
)  # fmt: skip


def _tests(rng: random.Random, tests: int) -> Iterator[tuple[tuple[str, ...], float]]:
    """Each test with the true value behind it."""
    for number in range(tests):
        at = START + timedelta(days=rng.randrange(DAYS), minutes=rng.randrange(90, 600))
        at -= timedelta(days=max(0, at.weekday() - 4) if rng.random() < 0.9 else 0)
        pneumonia = rng.random() < 0.08
        truth = rng.lognormvariate(4.7 if pneumonia else 2.6, 0.5 if pneumonia else 0.9)
        failed = rng.random() < 0.02
        before = rng.choice(("antibiotic",) * 9 + ("delayed",) * 4 + ("none",) * 7)
        after = before if failed else _decided(rng, truth, before)
        row = (
            f"T{number:04d}", f"{at:%Y-%m-%d %H:%M}", rng.choice(DEVICES)[0],
            LOTS[0][0] if rng.random() < 0.45 else LOTS[1][0],
            rng.choice(("OP1",) * 8 + ("OP2",) * 7 + ("OP3",) * 3 + ("OP4", "")),
            "invalid" if failed else _shown(truth), before, after,
            "yes" if rng.random() < 0.9 else "no", "yes" if rng.random() < 0.98 else "no",
            ("positive" if pneumonia else "negative") if rng.random() < 0.6 else "",
        )  # fmt: skip
        yield row, truth
    yield ("T9999", "soon", DEVICES[0][0], "", "OP1", "12", "none", "none", "", "", ""), 12.0


def _decided(rng: random.Random, crp: float, before: str) -> str:
    """The CRP moves most decisions, not all of them."""
    if rng.random() < 0.3:
        return before
    return "none" if crp < 20 else "antibiotic" if crp > 100 else "delayed"


def _outcomes(
    rng: random.Random, done: Sequence[tuple[tuple[str, ...], float]]
) -> Iterator[tuple[str, ...]]:
    for row, crp in done:
        if rng.random() < 0.95 and row[0] != "T9999":
            ill = min(0.3, crp / 700)
            sepsis, admitted = rng.random() < ill / 3, rng.random() < ill
            yield (row[0], "yes" if sepsis else "no", "yes" if admitted or sepsis else "no",
                   "yes" if admitted or rng.random() < 0.02 else "no",
                   "yes" if rng.random() < 0.002 else "no")  # fmt: skip
