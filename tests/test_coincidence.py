"""What chance does: unrelated series are found related as often as is said, and related ones are found.

Draws are fewer here than in the tables (200 instead of 2,000), which makes shares coarser and not larger.
"""

import numpy as np
import pytest

from assets.statistics.arrays import Floats
from assets.statistics.bootstrap import indices
from assets.statistics.coincidence import by_chance, detectable, families, family_wise
from assets.statistics.correlation import lagged, pearson
from tests.made_series import autoregressive, overlapping

LEADS = range(1, 27)
DRAWS = 200


def correlations(x: Floats, y: Floats) -> Floats:
    return np.array([pearson(*lagged(x, y, lag)) for lag in LEADS])


def smallest_p(x: Floats, y: Floats) -> float:
    return float(family_wise(correlations(x, y), by_chance(x, y, LEADS, draws=DRAWS)).min())


def test_a_draw_is_the_correlation_with_the_driver_drawn_anew_at_each_lag() -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 80))
    lags = range(-26, 27)
    chance = by_chance(x, y, lags, draws=20)
    plain = [
        [np.corrcoef(*lagged(x[draw], y, lag))[0, 1] for lag in lags] for draw in indices(80, draws=20, mean_block=26)
    ]
    assert chance == pytest.approx(np.array(plain), abs=1e-9)


@pytest.mark.parametrize("coefficient", [0.0, 0.3, 0.6])
def test_of_unrelated_series_five_in_a_hundred_are_found_at_five_percent(coefficient: float) -> None:
    random = np.random.default_rng(20260108)
    found = [smallest_p(*autoregressive(random, 250, coefficient, series=2)) <= 0.05 for _ in range(500)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.02)


def test_changes_that_overlap_are_not_found_more_often() -> None:
    random = np.random.default_rng(6)
    found = [smallest_p(overlapping(random, 250, 6)[0], random.normal(size=250)) <= 0.05 for _ in range(500)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.02)


def test_one_lag_alone_would_be_found_by_chance_in_most_of_them() -> None:
    """Why the family counts: of 26 lags some look significant, whatever the series."""
    random = np.random.default_rng(26)
    x, y = random.normal(size=(2, 100, 250))
    naive = [np.abs(correlations(one, other)).max() > 1.96 / np.sqrt(250) for one, other in zip(x, y, strict=True)]
    assert np.mean(naive) > 0.6


def test_a_correlation_of_a_third_planted_six_weeks_later_is_found() -> None:
    random = np.random.default_rng(400)
    found = []
    for _ in range(100):
        x, noise = random.normal(size=(2, 400))
        y = np.sqrt(1 - 0.3**2) * noise
        y[6:] += 0.3 * x[:-6]
        r = correlations(x, y)
        p = family_wise(r, by_chance(x, y, LEADS, draws=DRAWS))
        found.append(p.min() <= 0.05 and LEADS[np.abs(r).argmax()] == 6)
    assert np.mean(found) >= 0.8


def test_what_is_called_detectable_is_detected_four_times_of_five() -> None:
    random = np.random.default_rng(80)
    chance = by_chance(*random.normal(size=(2, 400)), LEADS, draws=2_000)
    size = float(detectable(chance)[5])
    assert 0.15 < size < 0.25
    found = []
    for _ in range(200):
        x, noise = random.normal(size=(2, 400))
        y = np.sqrt(1 - size**2) * noise
        y[6:] += size * x[:-6]
        found.append(family_wise(correlations(x, y), chance)[5] <= 0.05)
    assert np.mean(found) == pytest.approx(0.8, abs=0.08)


def test_levels_of_unrelated_walks_correlate_and_their_changes_do_not() -> None:
    """Why levels are never correlated here (Granger and Newbold 1974)."""
    steps = np.random.default_rng(1974).normal(size=(2, 200, 500))
    bound = 1.96 / np.sqrt(500)
    of_levels, of_changes = pearson(*np.cumsum(steps, axis=2)), pearson(*steps)
    assert np.mean(np.abs(of_levels) > bound) > 0.75
    assert np.mean(np.abs(of_changes) > bound) == pytest.approx(0.05, abs=0.03)


def test_a_share_counts_what_was_found_as_one_draw_more() -> None:
    chance = np.array([[0.1, -0.4], [0.2, 0.1], [-0.3, 0.0]])  # the largest are 0.4, 0.2 and 0.3
    assert family_wise(np.array([0.5, -0.3, 0.0]), chance).tolist() == [1 / 4, 3 / 4, 1]


def test_leads_lags_and_the_same_week_are_three_families() -> None:
    assert [family.tolist() for family in families([-1, 0, 1, 2])] == [
        [False, False, True, True],
        [False, True, False, False],
        [True, False, False, False],
    ]
