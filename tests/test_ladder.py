"""The rotation ladder: score, breadth, front, interval, order of highs; ranks against SciPy."""

import numpy as np
import pytest
from scipy import stats

from assets.statistics.bootstrap import indices
from assets.statistics.ladder import MEAN_BLOCK, breadth, front, resampled_scores, scores
from assets.statistics.ranks import kendall, spearman

RANDOM = np.random.default_rng(9)
DOWN = np.array([0.5, 1, 6, 16, -5, -12, -20])
UP = np.array([0.3, 0.6, 2, 5, 9, 14, 30])


@pytest.mark.parametrize(("returns", "score", "share"), [(DOWN, -0.642857, 3 / 6), (UP, 1.0, 6 / 6)])
def test_the_worked_example(returns: np.ndarray, score: float, share: float) -> None:  # type: ignore[type-arg]
    assert spearman(np.arange(7.0), returns) == pytest.approx(score, abs=5e-7)
    assert scores(returns) == pytest.approx(score, abs=5e-7)
    assert breadth(returns) == share


@pytest.mark.parametrize(
    ("now", "before", "bill", "expected"),
    [
        ([0.01, 0.05, 0.20], [0.00, 0.04, 0.10], 0.01, 8),
        ([0.01, 0.05, 0.20], [0.00, 0.04, 0.30], 0.01, 7),  # ether is ahead of bills, and was further ahead
        ([0.01, 0.05, 0.20], [0.00, 0.04, np.nan], 0.01, 7),
        ([0.02, 0.01, -0.3], [0.00, 0.00, -0.4], 0.01, 6),  # as much as bills is not more
        ([0.01, 0.01, 0.01], [0.00, 0.00, 0.00], 0.01, None),
    ],
    ids=["all", "falling", "not known before", "no more than bills", "none"],
)
def test_the_front_is_the_highest_rung_that_beats_bills_and_rises(
    now: list[float], before: list[float], bill: float, expected: int | None
) -> None:
    assert front([6, 7, 8], np.array(now), np.array(before), bill) == expected


def test_rank_correlations_are_scipys_with_and_without_ties() -> None:
    for size in (3, 7, 8, 40):
        for _ in range(20):
            x, y = RANDOM.normal(size=size), RANDOM.integers(0, 4, size).astype(float)
            if len(set(y)) > 1:
                assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)
                assert kendall(x, y) == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-9)
            assert scores(x) == pytest.approx(stats.spearmanr(np.arange(size), x).statistic, abs=1e-9)


def test_nothing_that_varies_has_no_rank_correlation() -> None:
    assert np.isnan(kendall(np.arange(3.0), np.ones(3)))
    assert np.isnan(spearman(np.arange(3.0), np.ones(3)))


def test_the_scores_of_draws_are_those_of_a_plain_loop() -> None:
    windows = RANDOM.normal(size=(3, 13, 7))
    drawn = resampled_scores(windows, draws=200)
    for window, row in zip(windows, drawn, strict=True):
        plain = [
            stats.spearmanr(np.arange(7), window[draw].sum(axis=0)).statistic
            for draw in indices(13, draws=200, mean_block=MEAN_BLOCK)
        ]
        assert row == pytest.approx(plain, abs=1e-9)
