"""Sites followed over periods while a change reaches them one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from harmfree.improvement.datafile import DataError, Floats, TooFewError

FEWEST_SITES = 4
"""Below this the spread between sites cannot be judged at all."""
COMFORTABLE_SITES = 15
"""Below this the result carries a warning, in spite of the small-sample correction."""
FEWEST_PERIODS = 3


@dataclass(frozen=True)
class Panel:
    """One row per site and period.

    Args:
        sites: name of the site of each row.
        period: number of the period (months counted through the years).
        events: numerator, or the mean value of an outcome.
        size: denominator or person-time; None for an outcome that is a value.
        since: periods since the site went live (0 in that period); NaN for a site that never did.
        labels: period -> how it is written.
    """

    sites: Sequence[str]
    period: Floats
    events: Floats
    size: Floats | None
    since: Floats
    labels: dict[float, str] = field(default_factory=dict)

    @property
    def codes(self) -> np.ndarray:
        """Number of the site of each row."""
        return np.asarray(np.unique(np.asarray(self.sites), return_inverse=True)[1])

    @property
    def live(self) -> np.ndarray:
        """Whether the site was live in each row."""
        return np.asarray(np.nan_to_num(self.since, nan=-1.0) >= 0)

    def sites_where(self, rows: np.ndarray) -> set[str]:
        """Sites of the rows marked."""
        return {self.sites[int(i)] for i in np.flatnonzero(rows)}

    @property
    def site_count(self) -> int:
        """How many sites there are."""
        return len(set(self.sites))

    def only(self, keep: np.ndarray) -> Panel:
        """Some of the rows."""
        rows = np.flatnonzero(keep)
        return replace(
            self,
            sites=[self.sites[int(i)] for i in rows],
            period=self.period[rows],
            events=self.events[rows],
            size=None if self.size is None else self.size[rows],
            since=self.since[rows],
        )

    def without_phase_in(self, periods: int) -> Panel:
        """Leave out the first periods from going live on."""
        return self.only(~(self.live & (np.nan_to_num(self.since) < periods)))

    def usable(self) -> Panel:
        """Leave out rows with nobody in the denominator."""
        return self if self.size is None else self.only(self.size > 0)


def check(panel: Panel) -> None:
    """Refuse a panel that cannot answer.

    Raises:
        TooFewError: fewer than 4 sites, or fewer than 3 periods before or after going live.
        DataError: a site has two rows for one period, or all went live together.
    """
    if panel.site_count < FEWEST_SITES:
        raise TooFewError(
            f"{panel.site_count} sites are too few; the least is {FEWEST_SITES}.",
            do="Use 'evaluate its' on the total, or 'evaluate controlled-its'.",
        )
    seen: set[tuple[str, float]] = set()
    for site, period in zip(panel.sites, panel.period, strict=True):
        if (site, period) in seen:
            at = panel.labels.get(float(period), f"{period:g}")
            raise DataError(f"Site '{site}' has two rows for {at}.", do="Keep one row each.")
        seen.add((site, float(period)))
    before, after = np.unique(panel.period[~panel.live]), np.unique(panel.period[panel.live])
    if min(len(before), len(after)) < FEWEST_PERIODS:
        raise TooFewError(
            f"There are {len(before)} periods with sites not yet live and {len(after)} with live "
            f"sites; each needs {FEWEST_PERIODS} or more.",
        )
    if not set(before) & set(after):
        raise DataError(
            "All sites went live together, so the change cannot be told from the calendar.",
            do="Use 'evaluate its' on the total.",
        )
