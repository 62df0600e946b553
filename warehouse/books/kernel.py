"""What books say of liquidity: one kernel over Arrow buffers, compiled by Numba where it is installed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Literal

import numpy as np
import pyarrow as pa

from warehouse.books import kernel_loop, kernel_numpy
from warehouse.books.book import WHOLE, Floats, Side

BANDS_BPS = (10, 25, 50, 100, 200)
SIZES_USD = {"100k": 100_000.0, "1m": 1_000_000.0}
IMBALANCE_BPS = 50
WORKERS = 2
#: Fewer books than this are not worth a second thread.
ALONE = 512
Engine = Literal["numba", "numpy"]


def columns(sizes_usd: dict[str, float] = SIZES_USD) -> dict[str, int]:
    """The metrics in the order of the contract, and where each is in a kernel's row."""
    bands, sizes = len(BANDS_BPS), len(sizes_usd)
    names = ["mid", "spread_bps", "microprice"]
    names += [f"depth_{side}_{band}bps_usd" for side in ("bid", "ask") for band in BANDS_BPS]
    found = {name: at for at, name in enumerate(names)}
    found[f"imbalance_{IMBALANCE_BPS}bps"] = 3 + 2 * bands + BANDS_BPS.index(IMBALANCE_BPS)
    for at, name in enumerate(f"slippage_{taker}_{size}_bps" for taker in ("buy", "sell") for size in sizes_usd):
        found[name] = 3 + 3 * bands + at
    return found | {"covered_bps": 3 + 3 * bands + 2 * sizes}


def measure(
    books: pa.RecordBatch,
    *,
    sizes_usd: dict[str, float] = SIZES_USD,
    engine: Engine | None = None,
    workers: int = WORKERS,
) -> pa.RecordBatch:
    """One row of metrics per book, in their order; the books must have no reason against them (book.reasons).

    Depth and slippage are USD and basis points of the middle, a cost being positive; both are NULL where
    ``quote_usd`` is. Depth within a band is NULL when the side ends nearer than that, unless the book is WHOLE.
    Slippage is NULL when the side holds less than the size. ``covered_bps`` is how far the shorter side reaches.
    """
    found = _rows(books, sizes_usd, engine or best_engine(), workers)
    arrays = {name: pa.array(found[:, at], from_pandas=True) for name, at in columns(sizes_usd).items()}
    return pa.RecordBatch.from_pydict(arrays)


def _rows(books: pa.RecordBatch, sizes_usd: dict[str, float], engine: Engine, workers: int) -> Floats:
    kernel = _compiled() if engine == "numba" else kernel_numpy.measure
    bid, ask = Side.of(books, "bid"), Side.of(books, "ask")
    count = books.num_rows
    out = np.empty((count, 4 + 3 * len(BANDS_BPS) + 2 * len(sizes_usd)))
    given = (
        *(bid.offsets, bid.px, bid.qty, ask.offsets, ask.px, ask.qty),
        books["contract_size"].to_numpy(),
        np.asarray(books["size_unit"].to_numpy(zero_copy_only=False) == "quote"),
        books["quote_usd"].to_numpy(zero_copy_only=False).astype(np.float64),
        books["limit"].to_numpy() == WHOLE,
        np.asarray(BANDS_BPS, dtype=np.float64),
        np.asarray(list(sizes_usd.values())),
        out,
    )
    if count < ALONE or workers < 2:
        kernel(0, count, *given)
        return out
    cuts = np.linspace(0, count, workers + 1).astype(int)
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda first, last: kernel(int(first), int(last), *given), cuts[:-1], cuts[1:]))
    return out


@cache
def best_engine() -> Engine:
    """Numba where it is installed."""
    return "numba" if find_spec("numba") else "numpy"


@cache
def _compiled() -> Callable[..., None]:
    """The loop as machine code, kept on disk between processes; without the interpreter's lock, so threads add up."""
    njit = import_module("numba").njit
    compiled: Callable[..., None] = njit(cache=True, nogil=True, error_model="numpy")(kernel_loop.measure)
    return compiled
