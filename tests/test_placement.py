"""Random days to compare events with: apart, all as likely, and honest about how few events say anything."""

from itertools import combinations

import numpy as np
import pytest

from assets.statistics.placement import detectable, placements, share_as_high


def test_no_two_places_are_nearer_than_asked_for_and_all_are_there() -> None:
    drawn = placements(2_500, events=5, apart=182)
    assert drawn is not None
    assert (np.diff(drawn, axis=1) >= 182).all()
    assert (drawn.min(), drawn.max()) == (0, 2_499)


def test_every_set_that_fits_is_as_likely() -> None:
    drawn = placements(7, events=2, apart=3, draws=30_000)
    assert drawn is not None
    sets = [pair for pair in combinations(range(7), 2) if pair[1] - pair[0] >= 3]
    times = {pair: int((drawn == pair).all(axis=1).sum()) for pair in sets}
    assert sum(times.values()) == 30_000
    assert list(times.values()) == pytest.approx([3_000] * 10, rel=0.1)


@pytest.mark.parametrize(("days", "events"), [(100, 0), (0, 1), (100, 5), (364, 3)])
def test_sets_that_do_not_fit_are_not_drawn(days: int, events: int) -> None:
    assert placements(days, events, apart=182) is None


def test_the_share_of_means_as_high_counts_what_was_found() -> None:
    assert share_as_high(10, np.arange(9.0)) == 1 / 10
    assert share_as_high(8, np.arange(9.0)) == 2 / 10


def test_random_events_are_found_as_often_as_is_said() -> None:
    """Forward returns overlap for half a year: that neither helps nor hurts."""
    random = np.random.default_rng(13)
    after = np.lib.stride_tricks.sliding_window_view(random.normal(0, 0.04, 2_600), 91).sum(axis=1)
    chance_of = placements(len(after), events=4, apart=91, draws=2_000)
    events = placements(len(after), events=4, apart=91, draws=500, seed=1)
    assert chance_of is not None
    assert events is not None
    chance = after[chance_of].mean(axis=1)
    shares = np.array([share_as_high(mean, chance) for mean in after[events].mean(axis=1)])
    assert np.mean(shares <= 0.05) == pytest.approx(0.05, abs=0.02)
    lifted = np.array([share_as_high(mean + detectable(chance), chance) for mean in after[events].mean(axis=1)])
    assert np.mean(lifted <= 0.05) == pytest.approx(0.8, abs=0.05)
