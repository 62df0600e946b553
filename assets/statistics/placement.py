"""Whether what followed a few events differs from what followed days picked at random."""

import numpy as np

from assets.statistics.arrays import Floats, Ints
from assets.statistics.bootstrap import SEED

PLACEMENTS = 10_000


def placements(days: int, events: int, apart: int, draws: int = PLACEMENTS, seed: int = SEED) -> Ints | None:
    """``draws`` sets of ``events`` of the ``days``, no two nearer than ``apart``; None where so many do not fit.

    Each such set is as likely as any other: events are drawn without their distances, which are then put between.

    >>> placements(5, events=2, apart=4, draws=2)
    array([[0, 4],
           [0, 4]])
    """
    free = days - (events - 1) * (apart - 1)
    if events < 1 or free < events:
        return None
    random = np.random.default_rng(seed)
    drawn = np.empty((draws, events), dtype=np.int64)
    # Floyd's sampling: one that is taken already gives way to the newest there is.
    for place, newest in enumerate(range(free - events, free)):
        one = random.integers(0, newest + 1, draws)
        is_taken = (drawn[:, :place] == one[:, None]).any(axis=1)
        drawn[:, place] = np.where(is_taken, newest, one)
    return np.sort(drawn, axis=1) + (apart - 1) * np.arange(events)


def share_as_high(mean: float, chance: Floats) -> float:
    """The share of random means at least as high; what was found counts as one more, so that it is never nothing.

    >>> share_as_high(3.0, np.array([1.0, 2.0, 3.0]))
    0.5
    """
    return float((1 + (chance >= mean).sum()) / (1 + len(chance)))


def detectable(chance: Floats, level: float = 0.05, power: float = 0.8) -> float:
    """By how much a mean must be above that of random days to be found at ``level`` with ``power``, one-sided."""
    needed, usual = np.quantile(chance, [1 - level, 1 - power])
    return float(needed - usual)
