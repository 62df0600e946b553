"""Correlation of one series with another some weeks later, and how far resampling moves it."""

from collections.abc import Sequence

import numpy as np

from assets.statistics.arrays import Floats, product
from assets.statistics.bootstrap import DRAWS, MEAN_BLOCK, SEED, counts

#: Draws whose weights are computed at once, so that they stay in the processor's cache.
BATCH = 256

Pair = tuple[Floats, Floats]


def lagged(x: Floats, y: Floats, lag: int) -> Pair:
    """The pairs x(t), y(t + lag) of which both are known (not NaN), in time order.

    >>> lagged(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]), 1)
    (array([1., 2.]), array([5., 6.]))
    """
    first, second = (x[: len(x) - lag], y[lag:]) if lag >= 0 else (x[-lag:], y[: len(y) + lag])
    known = ~(np.isnan(first) | np.isnan(second))
    return first[known], second[known]


def pearson(x: Floats, y: Floats) -> Floats:
    """Pearson's correlation along the last axis; NaN where a series does not move.

    >>> float(pearson(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])))
    1.0
    """
    x, y = x - x.mean(axis=-1, keepdims=True), y - y.mean(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (x * y).sum(axis=-1) / np.sqrt((x * x).sum(axis=-1) * (y * y).sum(axis=-1))
    return np.asarray(found, dtype=np.float64)


def resampled(pairs: Sequence[Pair], draws: int = DRAWS, mean_block: float = MEAN_BLOCK, seed: int = SEED) -> Floats:
    """The correlation of each pair of series, all of one length, in each draw: ``(pairs, draws)``.

    A draw is how often it has each observation, so all sums over all draws are one product of matrices.
    """
    (length,) = {len(series) for pair in pairs for series in pair}
    columns: dict[bytes, Floats] = {series.tobytes(): series for pair in pairs for series in pair}
    place = {name: n for n, name in enumerate(columns)}
    x, y = ([place[pair[side].tobytes()] for pair in pairs] for side in (0, 1))
    # Centred, so that sums of squares lose no digits to the mean; the correlation stays the same.
    values = np.stack([series - series.mean() for series in columns.values()])
    factors = np.concatenate([values, values**2, values[x] * values[y]])
    found = np.empty((len(pairs), draws))
    for some in (slice(n, n + BATCH) for n in range(0, draws, BATCH)):
        drawn = product(counts(length, draws, mean_block, seed, some), factors.T).T
        sums, squares, products = np.split(drawn, [len(values), 2 * len(values)])
        spread = length * squares - sums**2
        with np.errstate(invalid="ignore", divide="ignore"):
            found[:, some] = (length * products - sums[x] * sums[y]) / np.sqrt(spread[x] * spread[y])
    return found


def interval(resamples: Floats, coverage: float = 0.95) -> tuple[Floats, Floats]:
    """The percentiles between which ``coverage`` of the resamples of each row lie; NaN where one is not known."""
    tail = (1 - coverage) / 2
    low, high = np.quantile(resamples, [tail, 1 - tail], axis=-1)
    return low, high
