"""Rank correlations with ties: Spearman's rho and Kendall's tau-b."""

import numpy as np

from assets.statistics.arrays import Floats
from assets.statistics.correlation import pearson


def ranks(values: Floats) -> Floats:
    """The place of each value in order, from 1; equal values share the mean of their places.

    >>> ranks(np.array([30.0, 10.0, 20.0, 20.0])).tolist()
    [4.0, 1.0, 2.5, 2.5]
    """
    below = (values[:, None] > values[None, :]).sum(axis=1)
    equal = (values[:, None] == values[None, :]).sum(axis=1)
    return np.asarray(below + (equal + 1) / 2, dtype=np.float64)


def spearman(x: Floats, y: Floats) -> float:
    """Spearman's rho; NaN where a side does not vary.

    >>> round(spearman(np.arange(7.0), np.array([0.5, 1, 6, 16, -5, -12, -20])), 6)
    -0.642857
    """
    return float(pearson(ranks(x), ranks(y)))


def kendall(x: Floats, y: Floats) -> float:
    """Kendall's tau-b; NaN where a side does not vary.

    >>> kendall(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]))
    0.3333333333333333
    """
    left, right = (np.sign(side[:, None] - side[None, :]) for side in (x, y))
    untied = np.sqrt(np.abs(left).sum() * np.abs(right).sum())
    return float((left * right).sum() / untied) if untied else np.nan
