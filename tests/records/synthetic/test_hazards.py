"""Hazard rates look like the published ones, and the roll-out's truth can be seen in them."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from records.synthetic import pincer
from records.synthetic.pincer import BEFORE, DATES

# Per cent. The practice medians of England in early 2020 (Fisher et al., BMJ Medicine
# 2023;2:e000392), and the band that a region of 50,000 people may lie in around them. K is not in
# the released summary; H and J are not in that paper: their bands are only plausible.
PUBLISHED = {
    "A": (1.16, 0.8, 1.8),
    "B": (1.25, 0.6, 2.6),
    "C": (4.23, 2.4, 6.0),
    "D": (1.41, 0.8, 2.2),
    "E": (2.26, 1.1, 4.0),
    "F": (1.67, 0.7, 3.0),
    "G": (1.30, 0.8, 2.0),
    "H": (None, 0.3, 1.5),
    "I": (1.68, 0.7, 2.6),
    "J": (None, 2.0, 9.0),
    "K": (None, 0.7, 2.6),
    "AC": (5.20, 3.5, 12.9),
    "ME_FBC": (18.73, 11.0, 28.0),
    "ME_LFT": (19.54, 11.0, 30.0),
    "LI": (34.28, 15.0, 50.0),
    "AM": (34.63, 20.0, 50.0),
}
HAZARDOUS = ("A", "C", "D", "E", "F", "G", "H", "J", "K")
MONITORING = ("AC", "ME_FBC", "LI", "AM")


@pytest.mark.parametrize("name", PUBLISHED)
def test_rates_before_the_roll_out_lie_around_the_published_medians(measured, name):
    pooled = [pincer.total(measured[day], name) for day in BEFORE]
    found, people = (sum(numbers) for numbers in zip(*pooled, strict=True))
    _, low, high = PUBLISHED[name]
    assert people > 0
    assert low <= 100 * found / people <= high, f"{name}: {found} of {people}"


def test_denominators_are_as_common_as_in_england(measured):
    sites = measured[DATES[0]]
    aged, thinned, asthma = (pincer.total(sites, name)[1] for name in ("A", "D", "G"))
    assert 0.08 < aged / 40_000 < 0.20
    assert 0.015 < thinned / 40_000 < 0.045
    assert 0.06 < asthma / 40_000 < 0.16


def go_lives(generation: Path) -> dict[str, date | None]:
    with (generation / "rollout.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {
        row["site"]: date.fromisoformat(row["go_live"]) if row["go_live"] else None for row in rows
    }


def test_go_lives_are_staggered_over_eighteen_months_and_some_practices_have_none(generation):
    dates = go_lives(generation)
    known = [day for day in dates.values() if day]
    assert len({(day.year, day.month) for day in known}) > 9
    assert min(known) >= date(2024, 1, 1)
    assert max(known) <= date(2025, 6, 1)
    assert all(day.day == 1 for day in known)
    assert 0.15 < 1 - len(known) / len(dates) < 0.3


def effect(measured, starts, names, delay, full) -> tuple[float, float]:
    """Log rate ratio of the full effect and its error: Poisson with sites and dates as factors.

    Exposure to the roll-out rises in a straight line from `delay` to `full` days after go-live.
    """
    sites = sorted(starts)
    rows, found, people = [], [], []
    for place, day in enumerate(DATES):
        for site, counts in measured[day]:
            since = (day - starts[site]).days if starts[site] else 0
            exposed = float(np.clip((since - delay) / (full - delay), 0, 1))
            factors = np.zeros(len(sites) + len(DATES))
            factors[sites.index(site)] = 1
            if place:
                factors[len(sites) + place] = 1
            rows.append([exposed, *factors])
            found.append(sum(counts[f"{name}_n"] for name in names))
            people.append(sum(counts[f"{name}_d"] for name in names))
    design, weights = np.array(rows), np.array(people, dtype=float)
    used = (weights > 0) & True
    design = design[:, np.abs(design[used]).sum(axis=0) > 0]
    fit = sm.GLM(
        np.array(found)[used],
        design[used],
        family=sm.families.Poisson(),
        offset=np.log(weights[used]),
    ).fit(scale="X2")
    return float(fit.params[0]), float(fit.bse[0])


def test_the_true_effect_on_hazards_can_be_seen(measured, generation):
    truth = json.loads((generation / "truth.json").read_text())
    ratio, error = effect(measured, go_lives(generation), HAZARDOUS, 0, truth["ramp_days"] + 60)
    expected = np.log(truth["hazardous_prescribing_rate_ratio"])
    assert ratio + 1.96 * error < 0, "the roll-out lowers hazards"
    assert abs(ratio - expected) < 2.6 * error
    assert error < 0.2, "precise enough to say something"


def test_crude_rates_fall_where_practices_went_live_and_not_elsewhere(measured, generation):
    starts = go_lives(generation)
    never = {site for site, day in starts.items() if day is None}

    def rate(days, wanted):
        counts = [c for day in days for site, c in measured[day] if (site in never) is wanted]
        found = sum(c[f"{name}_n"] for c in counts for name in HAZARDOUS)
        return found / sum(c[f"{name}_d"] for c in counts for name in HAZARDOUS)

    late = [day for day in DATES if day >= date(2026, 1, 1)]
    live = rate(late, False) / rate(BEFORE, False)
    without = rate(late, True) / rate(BEFORE, True)
    assert live < 0.80
    assert live < without


def test_missed_monitoring_falls_too(measured, generation):
    ratio, error = effect(measured, go_lives(generation), MONITORING, 60, 500)
    assert ratio - 2.6 * error < np.log(0.75) < ratio + 2.6 * error
