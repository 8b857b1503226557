"""The landscape of atrial fibrillation for commissioners: gaps by organisation, and strokes.

Counts are the published series as the viewer may see them; an estimate that rests on a hidden
count is hidden too. How many people a list should hold comes from its ages and sexes, which the
run's store holds: worked out once for a run and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache

from harmfree.errors import HarmfreeError
from harmfree.programmes.atrial_fibrillation.tables import prevalence
from harmfree.publish.af_arms import ArmsReport, arms
from harmfree.publish.af_devices import DeviceReport, device_yield
from harmfree.publish.af_expected import detection_gap, expected, list_counts
from harmfree.publish.af_landscape import (
    DENOMINATORS,
    NUMERATORS,
    SCORES,
    Assumptions,
    Strokes,
    strokes,
)
from harmfree.publish.reading import LiveRun
from harmfree.web.dashboards.figures import HIDDEN, Reader
from harmfree.web.dashboards.suppression import small_parts
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import PublishedRun

BY_SCORE = {f"score_{score}": f"af_untreated_score_{score}" for score in SCORES}
Counts = Mapping[str, int | None]


@dataclass(frozen=True)
class Row:
    """One organisation; None where a number is hidden.

    Attributes:
        node: whose row it is.
        counts: people, by the names of `harmfree.publish.af_landscape`.
        expected: people that its list should hold; None when the run's store is not at hand.
        ratio: of the expected, how many are on the register, per cent.
        to_find, to_treat: people missing to the targets.
        protected: of those at risk, how many are anticoagulated, per cent.
        simple, simple_to_target: strokes avoided by treating all, or those to the target, by the
            number needed.
        strokes: the estimates by score; None when a count that they rest on is hidden.
    """

    node: Node
    counts: Counts
    expected: float | None
    ratio: float | None
    to_find: int | None
    protected: float | None
    to_treat: int | None
    simple: float | None
    simple_to_target: float | None
    strokes: Strokes | None

    @property
    def found(self) -> str:
        """Of the expected, how many are on the register, in words."""
        if not self.expected:
            return "–"
        return HIDDEN if self.ratio is None else f"{self.ratio:.0f}%"

    @property
    def protection(self) -> str:
        """Of those at risk, how many are anticoagulated, in words."""
        if self.counts["eligible"] == 0:
            return "–"
        return HIDDEN if self.protected is None else f"{self.protected:.1f}%"

    def shown(self, name: str) -> str:
        """A count in words."""
        count = self.counts[name]
        return HIDDEN if count is None else f"{count:,}"


def rows_of(reader: Reader, nodes: list[Node], assumed: Assumptions) -> list[Row]:
    """A row for each organisation that has a register; one query.

    Raises:
        InputError, RefusedError: an assumption that cannot be.
    """
    strokes(0, {}, 0, assumed)  # refuses what cannot be before anything is shown
    wanted = {*NUMERATORS.values(), *DENOMINATORS.values(), *BY_SCORE.values()}
    series = reader.series([each.id for each in nodes], sorted(wanted))
    held = {(each.organisation.id, each.indicator.id): each for each in series}
    lists = expected_people(reader.run, assumed.rates)
    rows = []
    for node in nodes:
        if (node.id, NUMERATORS["register"]) not in held:
            continue

        def last(indicator: str, side: str, at: int = node.id) -> int | None:
            figures = held.get((at, indicator))
            # No series is published where nobody was ever looked at.
            return 0 if figures is None else getattr(figures, side)[-1]

        rows.append(_row(node, last, lists.get(node.code), assumed))
    return rows


def _row(
    node: Node, last: Callable[[str, str], int | None], on_list: float | None, assumed: Assumptions
) -> Row:
    counts = {name: last(each, "numerators") for name, each in (NUMERATORS | BY_SCORE).items()}
    counts |= {name: last(each, "denominators") for name, each in DENOMINATORS.items()}
    eligible, untreated, register = counts["eligible"], counts["untreated"], counts["register"]
    known = eligible is not None and untreated is not None
    counts["anticoagulated"] = treated = (eligible or 0) - (untreated or 0) if known else None
    wanted = None if on_list is None else on_list * assumed.rates_factor
    _, ratio = detection_gap(wanted, register) if wanted and register is not None else (0, None)
    to_treat = _short(assumed.protection_target, eligible, treated)
    return Row(
        node=node,
        counts=counts,
        expected=wanted,
        ratio=None if ratio is None else 100 * ratio,
        to_find=_short(assumed.detection_target, wanted, register),
        protected=100 * treated / eligible if eligible and treated is not None else None,
        to_treat=to_treat,
        simple=None if untreated is None else untreated / assumed.number_needed,
        simple_to_target=None if to_treat is None else to_treat / assumed.number_needed,
        strokes=_strokes(counts, to_treat, assumed),
    )


def _short(percent: float, whole: float | None, reached: int | None) -> int | None:
    """People missing to a share of the whole, rounded up; None when either is not known."""
    if whole is None or reached is None:
        return None
    # Rounded first, so that 85% of 100 is 85 and not a hair more.
    return max(math.ceil(round(percent * whole / 100, 6)) - reached, 0)


def _strokes(counts: Counts, to_treat: int | None, assumed: Assumptions) -> Strokes | None:
    untreated = counts["untreated"]
    by_score = {int(name[6:]): counts[name] for name in BY_SCORE}
    known = {score: people for score, people in by_score.items() if people is not None}
    if untreated is None or to_treat is None or len(known) < len(by_score):
        return None
    return strokes(untreated, known, to_treat, assumed)


def expected_people(run: PublishedRun, rates: str) -> dict[str, float]:
    """People whom each list should hold by age and sex, by code; empty without the run's store.

    Raises:
        InputError: no table of rates of that name.
    """
    bands = tuple(each for each in prevalence() if each.rates == rates)
    key = f"af-expected-{run.pk}-{run.number}-{len(bands)}-{rates if rates.isalnum() else 'x'}"
    found: dict[str, float] | None = cache.get(key)
    if found is None:
        live = live_run(run)
        if live is None:
            return {}
        people = expected(list_counts(live, run.index_dates[-1]), bands)
        found = {each.id: float(people[each.number]) for each in live.places.every}
        cache.set(key, found, None)
    return found


def live_run(run: PublishedRun) -> LiveRun | None:
    """The run in the store's folder when it is the one that was published."""
    try:
        live = LiveRun.open(settings.HOME)
    except HarmfreeError:
        return None
    same = live.info.number == run.number and live.info.created == run.created.isoformat()
    return live if same and not live.stale else None


@dataclass(frozen=True)
class Programme:
    """What the collaborative did in the whole region; a part with small numbers is left out."""

    devices: DeviceReport | None
    arms: ArmsReport | None


def programme_of(run: PublishedRun) -> Programme | None:
    """Device yield and the arms of warfarin dosing; None when the run's store is not at hand."""
    key = f"af-programme-{run.pk}-{run.number}-{settings.SMALLEST}"
    found: Programme | None = cache.get(key)
    if found is None:
        live = live_run(run)
        if live is None:
            return None
        found = Programme(_safe_devices(device_yield(live)), _safe_arms(arms(live)))
        cache.set(key, found, None)
    return found


def _safe_devices(report: DeviceReport) -> DeviceReport | None:
    steps: list[Any] = [
        part
        for row in report.rows
        for part in ((row.possible, row.traced), (row.traced, row.found), (row.found, row.treated))
    ]
    return None if small_parts(steps, settings.SMALLEST) else report


def _safe_arms(report: ArmsReport) -> ArmsReport | None:
    steps = [(arm.started, arm.judged) for row in report.rows for arm in (row.guided, row.standard)]
    return None if small_parts(steps, settings.SMALLEST) else report
