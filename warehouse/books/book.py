"""An order book: what a row is, how it looks in Arrow, and when it may not be served."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: ``limit`` of a book that was asked for whole: beyond its last level there is nothing.
WHOLE = 0
SideName = Literal["bid", "ask"]
SIDES: tuple[SideName, ...] = ("bid", "ask")
KEY = ("venue", "market", "symbol", "observed_at", "sequence")
LEVELS = pa.list_(pa.field("element", pa.float64(), nullable=False))
TIME = pa.timestamp("us", "UTC")
SCHEMA = pa.schema(
    [
        pa.field("venue", pa.string(), nullable=False),
        pa.field("market", pa.string(), nullable=False),
        pa.field("symbol", pa.string(), nullable=False),
        pa.field("base", pa.string(), nullable=False),
        pa.field("quote", pa.string(), nullable=False),
        pa.field("observed_at", TIME, nullable=False),
        pa.field("received_at", TIME, nullable=False),
        pa.field("sequence", pa.int64()),
        pa.field("seq_ok", pa.bool_(), nullable=False),
        pa.field("contract_size", pa.float64(), nullable=False),
        pa.field("size_unit", pa.string(), nullable=False),
        pa.field("quote_usd", pa.float64()),
        pa.field("limit", pa.int32(), nullable=False),
        pa.field("bid_px", LEVELS, nullable=False),
        pa.field("bid_qty", LEVELS, nullable=False),
        pa.field("ask_px", LEVELS, nullable=False),
        pa.field("ask_qty", LEVELS, nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One venue's bids and asks at one time, best first, sizes as the venue sends them.

    ``observed_at`` is the venue's time, or ours where it tells none. One unit of ``size * contract_size`` is one
    ``base`` coin or one unit of ``quote`` (``size_unit``). ``quote_usd`` is USD per unit of quote then, None when
    unknown. ``limit`` is how many levels a side the venue was asked for and serves, or WHOLE. ``seq_ok`` says that
    no update is known to be missing.
    """

    venue: str
    market: Literal["spot", "linear", "inverse"]
    symbol: str
    base: str
    quote: str
    observed_at: datetime
    received_at: datetime
    limit: int
    bid_px: Sequence[float] | Floats
    bid_qty: Sequence[float] | Floats
    ask_px: Sequence[float] | Floats
    ask_qty: Sequence[float] | Floats
    sequence: int | None = None
    seq_ok: bool = True
    contract_size: float = 1.0
    size_unit: Literal["base", "quote"] = "base"
    quote_usd: float | None = None


def record_batch(books: Sequence[Book]) -> pa.RecordBatch:
    """The books as one Arrow record batch of SCHEMA."""
    named = {field.name: [getattr(book, field.name) for book in books] for field in fields(Book)}
    arrays = [
        lists_of(named[field.name]) if field.type == LEVELS else pa.array(named[field.name], field.type)
        for field in SCHEMA
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def lists_of(levels: Sequence[Sequence[float] | Floats]) -> pa.ListArray:
    """One list per book, without a Python object per level."""
    parts = [np.asarray(part, dtype=np.float64) for part in levels]
    offsets = np.zeros(len(parts) + 1, dtype=np.int32)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    flat = np.concatenate(parts) if parts else np.empty(0)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat), type=LEVELS)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of many books: the levels of book i are ``[offsets[i]:offsets[i + 1]]`` of ``px`` and ``qty``."""

    offsets: Ints
    px: Floats
    qty: Floats

    @classmethod
    def of(cls, books: pa.RecordBatch | pa.Table, name: SideName) -> "Side":
        """A view of the Arrow buffers, a copy of a table of several batches.

        Raises ValueError when a book has more prices than sizes or the reverse.
        """
        (offsets, px), (qty_offsets, qty) = _flat(books[f"{name}_px"]), _flat(books[f"{name}_qty"])
        if not np.array_equal(offsets, qty_offsets):
            raise ValueError(f"a book has {name}s without a size, or sizes without a price")
        return cls(offsets, px, qty)


def _flat(lists: pa.ListArray | pa.ChunkedArray) -> tuple[Ints, Floats]:
    if isinstance(lists, pa.ChunkedArray):
        lists = lists.combine_chunks()
    offsets: Ints = lists.offsets.to_numpy().astype(np.int64)
    first, last = int(offsets[0]), int(offsets[-1])
    return offsets - first, lists.values.slice(first, last - first).to_numpy(zero_copy_only=True)


def reasons(books: pa.RecordBatch) -> pa.StringArray:
    """Why each book may not be served; NULL for one that may. The first reason that holds is told."""
    bid, ask = Side.of(books, "bid"), Side.of(books, "ask")
    size, rate = (books[name].to_numpy(zero_copy_only=False) for name in ("contract_size", "quote_usd"))
    unit = books["size_unit"].to_numpy(zero_copy_only=False)
    rate_known = books["quote_usd"].is_valid().to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        checks = {
            "no bids": np.diff(bid.offsets) == 0,
            "no asks": np.diff(ask.offsets) == 0,
            "a number is not finite": _has(bid, ~_finite(bid)) | _has(ask, ~_finite(ask)),
            "a price is not above zero": _has(bid, ~(bid.px > 0)) | _has(ask, ~(ask.px > 0)),
            "a size is not above zero": _has(bid, ~(bid.qty > 0)) | _has(ask, ~(ask.qty > 0)),
            "bids are not strictly falling": _has(bid, _unordered(bid, -1)),
            "asks are not strictly rising": _has(ask, _unordered(ask, 1)),
            "best bid is not below best ask": _crossed(bid, ask),
            "no usable contract size": ~(np.isfinite(size) & (size > 0)) | ~np.isin(unit, ["base", "quote"]),
            "no usable quote price": rate_known & ~(np.isfinite(rate) & (rate > 0)),
        }
    found = np.full(books.num_rows, None, dtype=object)
    for reason, holds in reversed(checks.items()):
        found[holds] = reason
    return pa.array(found, pa.string())


def _has(side: Side, is_bad: Bools) -> Bools:
    """Which books have a level that is bad."""
    found = np.zeros(len(side.offsets) - 1, dtype=np.bool_)
    found[np.searchsorted(side.offsets, np.flatnonzero(is_bad), side="right") - 1] = True
    return found


def _finite(side: Side) -> Bools:
    return np.isfinite(side.px) & np.isfinite(side.qty)


def _unordered(side: Side, direction: int) -> Bools:
    """Which levels are not strictly worse than the one before them in their book."""
    is_bad = np.zeros(len(side.px), dtype=np.bool_)
    is_bad[1:] = ~(side.px[1:] > side.px[:-1]) if direction > 0 else ~(side.px[1:] < side.px[:-1])
    starts = side.offsets[:-1]
    is_bad[starts[starts < len(is_bad)]] = False
    return is_bad


def _crossed(bid: Side, ask: Side) -> Bools:
    both = (np.diff(bid.offsets) > 0) & (np.diff(ask.offsets) > 0)
    crossed = np.zeros(len(both), dtype=np.bool_)
    crossed[both] = ~(bid.px[bid.offsets[:-1][both]] < ask.px[ask.offsets[:-1][both]])
    return crossed
