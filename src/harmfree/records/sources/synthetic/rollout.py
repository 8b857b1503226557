"""The pharmacist roll-out: when each practice went live, and what it truly changed.

The truth that an evaluation should find: from its practice's go-live, the chance that a hazard
is present is multiplied by a ratio that falls in a straight line from 1 to `hazard_ratio` over
`ramp_days`, and the chance that a due monitoring test is missed by one that falls to
`monitoring_ratio`. Practices that never go live keep their rates.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.records.sources.synthetic.clock import NEVER, Days, Floats, Rows, Settings

NEVER_SHARE = 0.2
MONTHS = 18
START_BEFORE_EXTRACT_DAYS = 1005
"""First go-live, about 33 months before the extract: 15 months remain after the last one."""


@dataclass(frozen=True)
class Rollout:
    """Go-live day of each practice (`NEVER` for those without) and the true effects."""

    golive: Days
    hazard_ratio: float = 0.65
    monitoring_ratio: float = 0.75
    ramp_days: int = 180

    def ratio(self, practices: Rows, days: npt.ArrayLike, floor: float) -> Floats:
        """Return the true rate ratio of these practices on these days, from 1 down to `floor`."""
        since = (np.asarray(days) - self.golive[practices]) / self.ramp_days
        return np.asarray(1 - (1 - floor) * np.clip(since, 0, 1), dtype=np.float64)

    def end_hazards(self, practices: Rows, stop: Days, chance: Floats) -> Days:
        """End hazards early, so that exactly the share `ratio` of them is left on any day.

        A hazard whose uniform `chance` exceeds the ratio of the day is over by then.
        """
        delay = self.ramp_days * (1 - chance) / (1 - self.hazard_ratio)
        acted = chance > self.hazard_ratio
        golive = self.golive[practices]
        end = np.where(acted & (golive < NEVER), golive + np.ceil(delay), NEVER)
        return np.minimum(stop, end).astype(np.int32)

    def truth(self) -> dict[str, object]:
        """Return what an evaluation should recover, for `truth.json`."""
        return {
            "hazardous_prescribing_rate_ratio": self.hazard_ratio,
            "missed_monitoring_rate_ratio": self.monitoring_ratio,
            "ramp_days": self.ramp_days,
            "meaning": "From go-live the rate is multiplied by a ratio that falls in a straight "
            "line from 1 to the figure given over ramp_days, and stays there. A measure with a "
            "look-back of three months shows it up to three months later.",
        }


def build(settings: Settings, practices: int, closed: int) -> Rollout:
    """Draw the go-live dates: first of a month, spread over 18 months; the closed has none."""
    rng = settings.rng("rollout")
    first = settings.extract - datetime.timedelta(days=START_BEFORE_EXTRACT_DAYS)
    month = rng.permutation(np.arange(practices) % MONTHS)
    golive = np.array([_first_of_month(first, int(m)) for m in month], dtype=np.int32)
    never = rng.permutation(practices)[: round(practices * NEVER_SHARE)]
    golive[never] = NEVER
    golive[closed] = NEVER
    return Rollout(golive)


def _first_of_month(start: datetime.date, months: int) -> int:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return (datetime.date(year, month + 1, 1) - datetime.date(1970, 1, 1)).days
