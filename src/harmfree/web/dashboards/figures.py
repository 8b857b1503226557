"""Figures as this viewer may see them: what is hidden is not there at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
from django.conf import settings

from harmfree.programmes import Indicator, programmes
from harmfree.web.dashboards.patterns import Pattern, pattern
from harmfree.web.dashboards.suppression import Bools
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import PublishedRun, Series

Floats = npt.NDArray[np.float64]
HIDDEN = "hidden"
"""What stands where a number would."""


@dataclass(frozen=True, eq=False)
class Figures:
    """One indicator at one organisation over the months.

    Attributes:
        organisation, indicator: whose and what.
        dates: the first of each month, ascending.
        numerators, denominators: people; None where hidden.
    """

    organisation: Node
    indicator: Indicator
    dates: tuple[date, ...]
    numerators: tuple[int | None, ...]
    denominators: tuple[int | None, ...]

    @cached_property
    def percent(self) -> Floats:
        """Numerator as a percentage of the denominator; NaN where hidden or nobody is in it."""
        pairs = zip(self.numerators, self.denominators, strict=True)
        return np.array(
            [100 * n / d if n is not None and d else np.nan for n, d in pairs], np.float64
        )

    @property
    def known(self) -> int:
        """How many months have a percentage."""
        return int(np.isfinite(self.percent).sum())

    @property
    def hides(self) -> bool:
        """Whether any month is hidden."""
        return None in self.numerators or None in self.denominators

    @property
    def latest(self) -> str:
        """The latest percentage in words, or why there is none."""
        return shown_percent(self, -1)

    @property
    def counts(self) -> str:
        """The latest counts in words."""
        n, d = self.numerators[-1], self.denominators[-1]
        if d is None:
            return f"fewer than {settings.SMALLEST} people, or hidden so that no such number shows"
        return f"{HIDDEN if n is None else format(n, ',')} of {d:,}"


def shown_percent(figures: Figures, at: int) -> str:
    """A month's percentage in words: hidden and nobody are told apart."""
    value = figures.percent[at]
    if np.isfinite(value):
        return f"{value:.1f}%"
    unknown = figures.numerators[at] is None or figures.denominators[at] is None
    return HIDDEN if unknown else "nobody"


def every_indicator() -> dict[str, Indicator]:
    """Every indicator of the programmes by id, in their order."""
    return {each.id: each for held in programmes().values() for each in held.indicators}


class Reader:
    """Reads the series of a run for one viewer."""

    def __init__(self, run: PublishedRun, viewer: Viewer) -> None:
        self.run, self.viewer = run, viewer

    @cached_property
    def _pattern(self) -> Pattern:
        return pattern(self.run, self.viewer.tree, self.viewer.exact)

    def series(
        self, organisations: Iterable[int], indicators: Sequence[str] | None = None
    ) -> list[Figures]:
        """Series of organisations, in the order of the programmes, then of organisations by key.

        One query, however many. The caller decides which organisations may be named.
        """
        rows = Series.objects.filter(run=self.run, organisation_id__in=list(organisations))
        if indicators is not None:
            rows = rows.filter(indicator__in=indicators)
        held = {name: (i, each) for i, (name, each) in enumerate(every_indicator().items())}
        found = [
            (held[name][0], organisation, self._one(organisation, held[name][1], above, below))
            for organisation, name, above, below in rows.values_list(
                "organisation_id", "indicator", "numerators", "denominators"
            )
            if name in held  # a programme may have gone since the run
        ]
        return [figures for _, _, figures in sorted(found, key=lambda each: each[:2])]

    def _one(
        self, organisation: int, indicator: Indicator, above: list[int], below: list[int]
    ) -> Figures:
        counts: tuple[tuple[int | None, ...], tuple[int | None, ...]]
        if self.viewer.sees_small(organisation):
            counts = tuple(above), tuple(below)
        else:
            hidden = self._pattern.of(organisation, indicator.id)
            counts = _masked(above, hidden[0]), _masked(below, hidden[1])
        node = self.viewer.tree.nodes[organisation]
        return Figures(node, indicator, self.run.index_dates, *counts)


def _masked(counts: list[int], hidden: Bools) -> tuple[int | None, ...]:
    return tuple(None if gone else n for n, gone in zip(counts, hidden, strict=True))
