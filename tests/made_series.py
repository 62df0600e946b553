"""Series whose truth is known, for tests of statistics."""

import numpy as np

from assets.statistics.arrays import Floats


def autoregressive(random: np.random.Generator, length: int, coefficient: float, series: int = 1) -> Floats:
    """Series that each keep a share of their last value, ``(series, length)``, past the start that they forget."""
    shocks = random.normal(size=(series, length + 100))
    values = np.empty_like(shocks)
    values[:, 0] = shocks[:, 0]
    for t in range(1, shocks.shape[1]):
        values[:, t] = coefficient * values[:, t - 1] + shocks[:, t]
    return np.asarray(values[:, 100:], dtype=np.float64)


def overlapping(random: np.random.Generator, length: int, weeks: int, series: int = 1) -> Floats:
    """Changes over several weeks of a random walk, week by week."""
    shocks = random.normal(size=(series, length + weeks - 1))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(shocks, weeks, axis=1).sum(axis=2), dtype=np.float64)
