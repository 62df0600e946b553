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
    (rows, inner), columns = left.shape, right.shape[1]
    # Eights are what its kernels work in.
    piece = max(1, min(rows, UNTHREADED // (inner * min(columns, COLUMNS)) // 8 * 8))
    whole = rows - rows % piece
    found = np.empty((rows, columns))
    for some in (slice(n, n + COLUMNS) for n in range(0, columns, COLUMNS)):
        found[:whole, some] = (left[:whole].reshape(-1, piece, inner) @ right[:, some]).reshape(whole, -1)
        found[whole:, some] = left[whole:] @ right[:, some]
    return found
