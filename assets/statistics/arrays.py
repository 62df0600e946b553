"""Kinds of arrays, and their product."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Multiplications that BLAS does in the thread that asks, and columns that are multiplied at a time.
UNTHREADED = 1 << 18
COLUMNS = 64


def product(left: Floats, right: Floats) -> Floats:
    """``left @ right`` in pieces for which BLAS starts no threads.

    Its threads wait for each other: where others use the cores too, a product of this size takes ten times as long
    with them. And without them the digits do not depend on how many there are.
    """
    rows, inner = left.shape
    most = max(1, UNTHREADED // (inner * COLUMNS))
    piece = next(size for size in range(min(most, rows), 0, -1) if rows % size == 0)
    stacked = left.reshape(rows // piece, piece, inner)
    parts = [stacked @ right[:, n : n + COLUMNS] for n in range(0, right.shape[1], COLUMNS)]
    return np.concatenate(parts, axis=2).reshape(rows, right.shape[1])
