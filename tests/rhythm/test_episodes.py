from __future__ import annotations

import numpy as np
import pytest

from harmfree.rhythm.episodes import Episode, burden, find_episodes, match_episodes


@pytest.mark.parametrize(("beats", "found"), [(30, 0), (31, 1), (32, 1)])
def test_an_episode_lasts_at_least_thirty_seconds(beats: int, found: int) -> None:
    times = np.arange(100.0)
    af = np.zeros(99, bool)
    af[10 : 10 + beats - 1] = True
    episodes = find_episodes(times, af)
    assert len(episodes) == found
    if found:
        assert episodes[0] == Episode(10.0, 10.0 + beats - 1, beats - 1)


def test_burden_is_the_share_of_analysed_time() -> None:
    times = np.arange(101.0)
    af = np.zeros(100, bool)
    af[50:] = True
    result = burden(times, af)
    assert result.share == 0.5
    assert result.longest == 50.0


def test_lost_signal_ends_an_episode_and_is_not_analysed() -> None:
    times = np.concatenate([np.arange(40.0), 100 + np.arange(40.0)])
    result = burden(times, np.ones(79, bool))
    assert [round(e.seconds) for e in result.episodes] == [39, 39]
    assert result.analysed == 78.0
    assert result.share == 1.0


def test_nothing_to_judge_has_no_burden() -> None:
    result = burden(np.empty(0), np.empty(0, bool))
    assert np.isnan(result.share)
    assert result.episodes == ()


def test_episodes_match_when_they_overlap() -> None:
    reference = (Episode(0, 40, 40), Episode(100, 140, 40))
    found = (Episode(30, 60, 30), Episode(200, 240, 40))
    counts = match_episodes(reference, found)
    assert (counts.true_positive, counts.false_positive, counts.false_negative) == (1, 1, 1)
