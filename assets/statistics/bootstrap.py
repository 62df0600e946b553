"""The stationary bootstrap of Politis and Romano (1994): blocks of geometric length, on a circle.

A draw depends on the seed, the mean block and the length of the series and on nothing else: not on what is computed
from it, in which order, or in how many threads. The n-th block of a draw is the same share of the way around whatever
the length, so that draws of lengths that differ by a few are nearly the same draws.
"""

from functools import lru_cache

import numpy as np

from assets.statistics.arrays import Floats, Ints

SEED = 20260108
DRAWS = 2_000
#: Weeks: how long a block is on average, and at least as long as changes that overlap.
MEAN_BLOCK = 8


@lru_cache(maxsize=4)
def indices(length: int, draws: int = DRAWS, mean_block: float = MEAN_BLOCK, seed: int = SEED) -> Ints:
    """Which observation stands at each place of each draw: ``(draws, length)``, not to be written to.

    >>> indices(6, draws=2, mean_block=3)
    array([[0, 2, 3, 4, 5, 0],
           [3, 1, 2, 0, 1, 1]])
    """
    first, lengths = _blocks(length, draws, mean_block, seed)
    # Within a block the observation is the place plus a constant.
    shift = first - (np.cumsum(lengths, axis=1) - lengths)
    found = np.repeat(shift.ravel(), lengths.ravel()).reshape(draws, length) + np.arange(length)
    np.subtract(found, length, out=found, where=found >= length)
    found.setflags(write=False)
    return found


def counts(
    length: int, draws: int = DRAWS, mean_block: float = MEAN_BLOCK, seed: int = SEED, some: slice = slice(None)
) -> Floats:
    """How often each observation is in each draw, or in some of the draws: ``(draws, length)``.

    A sum over a draw is a sum over all observations with these weights. A block adds one from its first observation
    on and takes it away behind its last: no index is ever spelled out.
    """
    first, lengths = (part[some] for part in _blocks(length, draws, mean_block, seed))
    behind = first + lengths
    goes_around = behind > length
    row = (length + 1) * np.arange(len(first))[:, None]
    steps = np.bincount((row + first).ravel(), minlength=row.size * (length + 1))
    steps -= np.bincount((row + behind - length * goes_around).ravel(), minlength=row.size * (length + 1))
    steps = steps.reshape(row.size, length + 1)
    steps[:, 0] += np.count_nonzero(goes_around, axis=1)
    return np.cumsum(steps, axis=1)[:, :length].astype(np.float64)


@lru_cache(maxsize=1)
def _blocks(length: int, draws: int, mean_block: float, seed: int) -> tuple[Ints, Ints]:
    """The first observation and the length of each block; blocks behind the end of a draw have no length."""
    starts, ends = _drawn(draws, mean_block, seed, 1 << max(8, (length - 1).bit_length()))
    needed = int(np.count_nonzero(ends < length, axis=1).max()) + 1
    stops = np.minimum(ends[:, :needed], length)
    return (starts[:, :needed] * length).astype(np.int64), np.diff(stops, axis=1, prepend=0)


@lru_cache(maxsize=8)
def _drawn(draws: int, mean_block: float, seed: int, length: int) -> tuple[Floats, Ints]:
    """Where each block starts, as a share of the circle, and the place behind its last one.

    Blocks cover ``length`` places in every draw and are drawn one after the other: more length, same first blocks.
    """
    random = np.random.default_rng(seed)
    starts, ends = [random.random(draws)], [random.geometric(1 / mean_block, draws)]
    while ends[-1].min() < length:
        starts.append(random.random(draws))
        ends.append(ends[-1] + random.geometric(1 / mean_block, draws))
    return np.stack(starts, axis=1), np.stack(ends, axis=1)
