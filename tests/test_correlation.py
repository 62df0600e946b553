"""Correlations at leads and lags with their intervals, against the hand-checked example, SciPy and a plain loop."""

import numpy as np
import pytest
from scipy import stats

from assets.statistics.arrays import product
from assets.statistics.bootstrap import indices
from assets.statistics.correlation import interval, lagged, pearson, resampled
from assets.statistics.newey_west import slope_t
from tests.made_series import autoregressive, overlapping

RANDOM = np.random.default_rng(8)
X = np.array([1, -1, 2, 0, -2, 1, 3, -1, 0, 2], dtype=float)
Y = np.concatenate([[0, 0], X[:-2]])


@pytest.mark.parametrize(("lag", "expected"), [(0, -0.587788), (1, -0.3), (2, 1.0), (3, -0.331122)])
def test_the_worked_example(lag: int, expected: float) -> None:
    pairs = lagged(X, Y, lag)
    assert len(pairs[0]) == 10 - lag
    assert pearson(*pairs) == pytest.approx(expected, abs=5e-7)
    # The other way around it is a lag.
    assert pearson(*lagged(Y, X, -lag)) == pytest.approx(expected, abs=5e-7)


def test_a_pair_of_which_one_is_missing_is_no_pair_and_moves_no_other() -> None:
    x, y = np.arange(8.0), np.arange(8.0)
    x[2], y[5] = np.nan, np.nan
    first, second = lagged(x, y, 1)
    assert (first.tolist(), second.tolist()) == ([0, 1, 3, 5, 6], [1, 2, 4, 6, 7])


def test_pearson_is_scipys() -> None:
    for _ in range(20):
        x, y = RANDOM.normal(size=(2, 60)) + 1e3
        assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-9)


def test_a_series_that_does_not_move_has_no_correlation() -> None:
    assert np.isnan(pearson(np.ones(5), np.arange(5.0)))


def test_every_draw_is_that_of_a_plain_loop() -> None:
    series = [autoregressive(RANDOM, 90, 0.3)[0] + 5 for _ in range(4)]
    pairs = [(series[0], series[1]), (series[0], series[2]), (series[3], series[1])]
    drawn = resampled(pairs, draws=300)
    for row, (x, y) in zip(drawn, pairs, strict=True):
        plain = [np.corrcoef(x[draw], y[draw])[0, 1] for draw in indices(90, draws=300)]
        assert row == pytest.approx(plain, abs=1e-9)


def test_the_interval_is_between_the_percentiles_of_the_draws() -> None:
    low, high = interval(np.arange(1001.0)[None, :])
    assert (low[0], high[0]) == pytest.approx((25, 975))


def test_the_interval_has_the_truth_inside_about_as_often_as_it_says() -> None:
    hits = 0
    for _ in range(300):
        shared, x, y = autoregressive(RANDOM, 200, 0.2, series=3)
        low, high = interval(resampled([(shared + x, shared + y)], draws=400))
        hits += low[0] <= 0.5 <= high[0]
    assert 0.90 <= hits / 300 <= 0.98


def test_a_product_in_pieces_is_the_product() -> None:
    for rows, inner, columns in ((7, 5, 3), (200, 340, 150), (1, 1, 1), (13, 600, 65)):
        left, right = RANDOM.normal(size=(rows, inner)), RANDOM.normal(size=(inner, columns))
        assert product(left, right) == pytest.approx(left @ right, abs=1e-10)


# -- the t ratio -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lags", [0, 8, 13])
def test_the_t_ratio_is_that_of_statsmodels(lags: int) -> None:
    from statsmodels.api import OLS, add_constant

    pairs = [
        (autoregressive(RANDOM, 120, 0.5)[0], autoregressive(RANDOM, 120, 0.5)[0]),
        (overlapping(RANDOM, 300, 6)[0] + 40, RANDOM.standard_t(3, 300)),
        (np.arange(30.0), RANDOM.normal(size=30)),
    ]
    for x, y in pairs:
        settings = {"maxlags": lags, "use_correction": True}
        theirs = OLS(y, add_constant(x)).fit(cov_type="HAC", cov_kwds=settings).tvalues[1]
        assert slope_t(x, y, lags) == pytest.approx(theirs, rel=1e-9)


def test_many_t_ratios_at_once_are_those_of_each() -> None:
    x, y = RANDOM.normal(size=(2, 5, 100))
    assert slope_t(x, y, 8) == pytest.approx(np.stack([slope_t(*pair, 8) for pair in zip(x, y, strict=True)]))
