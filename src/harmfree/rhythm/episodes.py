"""Episodes and burden of AF in a long recording, from a decision about each interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmfree.rhythm.compiled import BoolArray, FloatArray
from harmfree.rhythm.scoring import Agreement, ratio

# A shorter run is not called an episode: the 30 seconds of the ESC guidelines' definition of AF
# on a single-lead recording. Unverified [M]: stated from memory, not re-read.
MINIMUM_SECONDS = 30.0
LONGEST_INTERVAL = 5.0  # s; a longer gap between beats is lost signal, not rhythm


@dataclass(frozen=True)
class Episode:
    """One stretch of AF: start and stop in seconds, and how many intervals it has."""

    start: float
    stop: float
    intervals: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.stop - self.start


@dataclass(frozen=True)
class Burden:
    """AF in a recording.

    Attributes:
        episodes: in order of time.
        analysed: seconds in which the rhythm could be judged.
        af: seconds in episodes.
        beats: beats in the recording.
    """

    episodes: tuple[Episode, ...]
    analysed: float
    af: float
    beats: int

    @property
    def share(self) -> float:
        """Burden: the share of analysed time in AF; NaN when nothing could be judged."""
        return ratio(self.af, self.analysed)

    @property
    def longest(self) -> float:
        """Seconds of the longest episode, 0 when there is none."""
        return max((episode.seconds for episode in self.episodes), default=0.0)


def find_episodes(
    times: FloatArray, fibrillating: BoolArray, minimum: float = MINIMUM_SECONDS
) -> tuple[Episode, ...]:
    """Return the runs of true intervals that last at least `minimum` seconds.

    Args:
        times: seconds of each beat, ascending.
        fibrillating: one for each interval between beats (one fewer than beats).
        minimum: seconds; a run that lasts exactly so long counts. Lost signal ends a run.
    """
    heard = np.diff(times) <= LONGEST_INTERVAL
    edges = np.diff(np.concatenate([[0], (fibrillating & heard).astype(np.int8), [0]]))
    starts, stops = np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0]
    return tuple(
        Episode(float(times[a]), float(times[b]), int(b - a))
        for a, b in zip(starts, stops, strict=True)
        if times[b] - times[a] >= minimum
    )


def burden(times: FloatArray, fibrillating: BoolArray, minimum: float = MINIMUM_SECONDS) -> Burden:
    """Return the episodes and the burden of a recording (arguments as `find_episodes`)."""
    gaps = np.diff(times)
    episodes = find_episodes(times, fibrillating, minimum)
    analysed = float(gaps[gaps <= LONGEST_INTERVAL].sum())
    return Burden(episodes, analysed, sum(e.seconds for e in episodes), int(times.size))


def match_episodes(reference: tuple[Episode, ...], found: tuple[Episode, ...]) -> Agreement:
    """Compare episodes as EC57 does: one that overlaps any of the other list is matched.

    Sensitivity counts reference episodes, positive predictive value counts found ones; the true
    positives returned are the matched reference episodes.
    """
    matched = sum(any(_overlap(one, other) for other in found) for one in reference)
    spare = sum(not any(_overlap(one, other) for other in reference) for one in found)
    return Agreement(matched, spare, len(reference) - matched)


def _overlap(one: Episode, other: Episode) -> bool:
    return one.start < other.stop and other.start < one.stop
