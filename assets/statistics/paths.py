"""How alike the shapes of two stretches of a series are, and how alike random stretches would be."""

from collections.abc import Sequence

import numpy as np

from assets.statistics.arrays import Floats, Ints
from assets.statistics.bootstrap import SEED

WINDOWS = 1_000


def zscored(path: Floats) -> Floats:
    """A path in standard deviations (ddof 1) from its own mean, along the last axis; NaN where it does not move."""
    centred = path - path.mean(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(centred / path.std(axis=-1, ddof=1, keepdims=True), dtype=np.float64)


def distance(path: Floats, other: Floats) -> Floats:
    """Root mean square difference of two z-scored paths, along the last axis: 0 for one shape, 2 for its mirror.

    >>> float(distance(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 30.0])))
    0.0
    """
    difference = zscored(path) - zscored(other)
    return np.asarray(np.sqrt((difference**2).mean(axis=-1)), dtype=np.float64)


def random_windows(
    values: Floats, length: int, keep_out: Sequence[int], draws: int = WINDOWS, seed: int = SEED
) -> Ints | None:
    """First places of ``draws`` random stretches that are whole and share nothing with those that begin at
    ``keep_out``, with repetition; None where there are none."""
    starts = np.arange(max(0, len(values) - length + 1))
    missing = np.concatenate([[0], np.cumsum(np.isnan(values))])
    is_possible = missing[starts + length] == missing[starts]
    for other in keep_out:
        is_possible &= np.abs(starts - other) >= length
    if not is_possible.any():
        return None
    return np.asarray(np.random.default_rng(seed).choice(starts[is_possible], draws), dtype=np.int64)
