"""How far returns rise along a ladder of assets, from the safest rung to the riskiest."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from assets.statistics.arrays import Floats, product
from assets.statistics.bootstrap import DRAWS, SEED, counts

#: Weeks: of a window of 13, so that a draw keeps runs of about a month.
MEAN_BLOCK = 4


def breadth(returns: Floats) -> float:
    """The share of neighbours of which the upper rung returned more.

    >>> breadth(np.array([0.5, 1, 6, 16, -5, -12, -20]))
    0.5
    """
    return float(np.mean(np.diff(returns) > 0))


def front(rungs: Sequence[int], returns: Floats, before: Floats, bill: float) -> int | None:
    """The highest rung that beat Treasury bills and returned more than four weeks before; None where none did.

    >>> front([4, 5, 6], np.array([0.05, 0.09, 0.2]), np.array([0.01, 0.02, 0.3]), 0.01)
    5
    """
    ahead = [rung for rung, now, then in zip(rungs, returns, before, strict=True) if now > bill and now > then]
    return max(ahead, default=None)


def scores(returns: Floats) -> Floats:
    """Spearman's rho of the order of rungs (last axis) with their returns, all of which differ.

    Without ties the ranks are a sum of signs over pairs of rungs, so nothing need be sorted.
    """
    rungs = returns.shape[-1]
    total = np.zeros(returns.shape[:-1])
    for lower, upper in combinations(range(rungs), 2):
        total += (upper - lower) * np.sign(returns[..., upper] - returns[..., lower])
    return np.asarray(total * 6 / (rungs**3 - rungs), dtype=np.float64)


def resampled_scores(weekly: Floats, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """The scores of windows ``(windows, weeks, rungs)`` of weekly log returns whose weeks are drawn anew, in blocks:
    ``(windows, draws)``. All windows get the same draws."""
    windows, weeks, rungs = weekly.shape
    drawn = product(counts(weeks, draws, MEAN_BLOCK, seed), weekly.transpose(1, 0, 2).reshape(weeks, -1))
    return scores(drawn.reshape(draws, windows, rungs)).T
