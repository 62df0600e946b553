"""The t ratio of a slope under errors that are autocorrelated and of uneven size (Newey and West 1987)."""

import numpy as np

from assets.statistics.arrays import Floats


def slope_t(x: Floats, y: Floats, lags: int) -> Floats:
    """The t ratio of b in ``y = a + b x`` along the last axis, with Bartlett weights over ``lags``.

    n / (n - 2) corrects for the small sample: equal to statsmodels' OLS with ``cov_type="HAC"``, ``maxlags=lags`` and
    ``use_correction=True``. NaN where x does not move.
    """
    n = x.shape[-1]
    x, y = x - x.mean(axis=-1, keepdims=True), y - y.mean(axis=-1, keepdims=True)
    squares = (x * x).sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (x * y).sum(axis=-1, keepdims=True) / squares
        scores = x * (y - slope * x)
        variance = (scores * scores).sum(axis=-1)
        for lag in range(1, min(lags, n - 1) + 1):
            variance += 2 * (1 - lag / (lags + 1)) * (scores[..., lag:] * scores[..., :-lag]).sum(axis=-1)
        return np.asarray((slope * squares)[..., 0] / np.sqrt(variance * n / (n - 2)), dtype=np.float64)
