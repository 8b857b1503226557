"""What SPC says of the latest month of many series at once, from what may be shown of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from harmfree.improvement.spc.batch import xmr_batch
from harmfree.pictures import ICONS
from harmfree.publish.cube import IMPROVE
from harmfree.publish.trend import JUDGED_FROM
from harmfree.web.dashboards.figures import Figures

LEAST_MONTHS = 12
"""Months with a percentage from which limits are locked and a verdict is given."""
ASSURANCE = {"consistent_pass": "pass", "consistent_fail": "fail", "inconsistent": "hit_or_miss"}
ORDER = ("concern", "fail", "change", "improvement", "common", "")


@dataclass(frozen=True)
class Verdict:
    """What is said of one series.

    Attributes:
        icon: an icon of variation; empty when there is too little to judge.
        assurance: an icon of assurance; empty without a target.
    """

    icon: str = ""
    assurance: str = ""

    @property
    def words(self) -> str:
        """Both in words."""
        said = ICONS[self.icon].words if self.icon else "Too few people or months to judge"
        return f"{said}. {ICONS[self.assurance].words}" if self.assurance else said

    @property
    def needs_attention(self) -> bool:
        """Whether it is getting worse or will miss its target."""
        return self.icon.startswith("concern") or self.assurance == "fail"

    @property
    def rank(self) -> int:
        """Concern first, then targets that will be missed, then the rest; nothing judged last."""
        if self.icon.startswith("concern"):
            return ORDER.index("concern")
        if self.assurance == "fail":
            return ORDER.index("fail")
        return ORDER.index(self.icon.replace("neutral", "change").split("_")[0])


def verdicts(
    series: Sequence[Figures],
    targets: Mapping[str, float] | None = None,
    rebases: Mapping[str, Sequence[date]] | None = None,
) -> list[Verdict]:
    """The verdict on each series, in their order.

    The rules are those of the run (`harmfree.publish.cube.variations`), over what is shown: no
    verdict where the latest month is hidden, fewer than twelve months are known or a middling
    month has fewer than five people.
    """
    found = [Verdict()] * len(series)
    targets, rebases = targets or {}, rebases or {}
    for direction, improve in IMPROVE.items():
        chosen = [
            i
            for i, each in enumerate(series)
            if each.indicator.direction == direction and judged(each)
        ]
        if not chosen:
            continue
        some = [series[i] for i in chosen]
        batch = xmr_batch(
            np.array([each.percent for each in some]),
            improve=improve,
            target=np.array([targets.get(each.indicator.id, np.nan) for each in some]),
            segment=np.array([_segments(each, rebases) for each in some]),
        )
        for i, variation, assurance in zip(chosen, batch.variation, batch.assurance, strict=True):
            found[i] = Verdict(
                icon_of(str(variation), direction), ASSURANCE.get(str(assurance), "")
            )
    return found


def judged(figures: Figures) -> bool:
    """Whether there is enough to judge."""
    if not np.isfinite(figures.percent[-1]) or figures.known < LEAST_MONTHS:
        return False
    known = [n for n in figures.numerators if n is not None]
    return float(np.median(known)) >= JUDGED_FROM


def _segments(figures: Figures, rebases: Mapping[str, Sequence[date]]) -> list[int]:
    days = sorted(rebases.get(figures.indicator.id, []))
    return [sum(day <= month for day in days) for month in figures.dates]


def icon_of(variation: str, direction: str) -> str:
    """The icon for a verdict in the words of `harmfree.improvement.spc.icons`."""
    kind = variation.removeprefix("special_cause_")
    if kind == "common_cause":
        return "common"
    if kind.startswith("neutral"):
        return kind
    worse, better = ("high", "low") if direction == "lower" else ("low", "high")
    return f"{kind}_{worse if kind == 'concern' else better}"
