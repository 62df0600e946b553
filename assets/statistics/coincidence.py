"""How large the largest of many correlations is when two series have nothing to do with each other."""

from collections.abc import Sequence

import numpy as np

from assets.statistics.arrays import Bools, Floats, product
from assets.statistics.bootstrap import DRAWS, SEED, indices

#: Weeks: blocks as long as the longest lag, so that autocorrelation over the lags compared survives.
MEAN_BLOCK = 26
LEVEL = 0.05
POWER = 0.8


def by_chance(
    x: Floats, y: Floats, lags: Sequence[int], draws: int = DRAWS, mean_block: float = MEAN_BLOCK, seed: int = SEED
) -> Floats:
    """Correlations at each lag of y with x drawn anew: ``(draws, lags)``.

    x keeps its autocorrelation block by block and y all of its own, but what y does at the time of an x is chance.
    Drawing y anew as well, both in blocks of 8, would break both: of unrelated AR(1) series of 0.5 over 400 weeks 8 in
    100 are then found at 5 percent; this way 4 to 6.
    """
    n = len(x)
    drawn = (x - x.mean())[indices(n, draws, mean_block, seed)]
    later, pairs = np.zeros((n, len(lags))), n - np.abs(np.asarray(lags))
    for place, lag in enumerate(lags):
        first, last = max(0, -lag), min(n, n - lag)
        partner = y[first + lag : last + lag] - y[first + lag : last + lag].mean()
        later[first:last, place] = partner / np.sqrt(partner @ partner)
    spread = _sums_at(drawn**2, lags) - _sums_at(drawn, lags) ** 2 / pairs
    return np.asarray(product(drawn, later) / np.sqrt(spread), dtype=np.float64)


def _sums_at(values: Floats, lags: Sequence[int]) -> Floats:
    """Sums along the last axis over the places that have a partner at each lag: all but some at one of the ends."""
    most = max(map(abs, lags))
    cut_first = np.cumsum(values[:, :most], axis=1)[:, ::-1]
    cut_last = np.cumsum(values[:, : -most - 1 : -1], axis=1)
    cut = np.concatenate([cut_first, np.zeros((len(values), 1)), cut_last], axis=1)
    return np.asarray(values.sum(axis=1)[:, None] - cut[:, most + np.asarray(lags)], dtype=np.float64)


def family_wise(found: Floats, chance: Floats) -> Floats:
    """The share of draws whose largest correlation is as large as each of those found.

    ``found`` are the correlations at the lags of one family and ``chance`` those of the draws, ``(draws, lags)``.
    What was found counts as one draw more, so that no share is nothing.
    """
    largest = np.sort(np.abs(chance).max(axis=1))
    as_large = len(largest) - np.searchsorted(largest, np.abs(found), side="left")
    return np.asarray((1 + as_large) / (1 + len(largest)), dtype=np.float64)


def detectable(chance: Floats, level: float = LEVEL, power: float = POWER) -> Floats:
    """The correlation at each lag that would be found with ``power``, in a family at ``level``."""
    needed = np.quantile(np.abs(chance).max(axis=1), 1 - level)
    return np.asarray(np.minimum(needed - np.quantile(chance, 1 - power, axis=0), 1), dtype=np.float64)


def families(lags: Sequence[int]) -> list[Bools]:
    """Which lags are judged together: those where x leads, those where y leads, and the same week alone."""
    sign = np.sign(np.asarray(lags))
    return [sign == side for side in (1, 0, -1) if (sign == side).any()]
