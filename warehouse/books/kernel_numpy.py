"""The kernel without Numba: whole blocks of books at a time, padded to their longest side."""

import numpy as np

from warehouse.books.book import Bools, Floats, Ints
from warehouse.books.kernel_loop import NOISE

#: Books per block: a padded side of 100 levels stays in the processor's cache.
BLOCK = 256


def measure(
    first: int,
    last: int,
    bid_offsets: Ints,
    bid_px: Floats,
    bid_qty: Floats,
    ask_offsets: Ints,
    ask_px: Floats,
    ask_qty: Floats,
    contract_size: Floats,
    is_quote_sized: Bools,
    quote_usd: Floats,
    is_whole: Bools,
    bands_bps: Floats,
    sizes_usd: Floats,
    out: Floats,
) -> None:
    """Fill the rows first to last - 1 of ``out`` as kernel_loop.measure does."""
    bands, sizes = len(bands_bps), len(sizes_usd)
    is_two_sided = (np.diff(bid_offsets) > 0) & (np.diff(ask_offsets) > 0)
    out[first:last] = np.nan
    for begin in range(first, last, BLOCK):
        books = begin + np.flatnonzero(is_two_sided[begin : min(begin + BLOCK, last)])
        if not len(books):
            continue
        b, a = bid_offsets[books], ask_offsets[books]
        mid = (bid_px[b] + ask_px[a]) / 2
        out[books, 0] = mid
        out[books, 1] = (ask_px[a] - bid_px[b]) / mid * 1e4
        out[books, 2] = (bid_px[b] * ask_qty[a] + ask_px[a] * bid_qty[b]) / (bid_qty[b] + ask_qty[a])
        covered, nears = np.full(len(books), np.inf), []
        per_unit, in_quote, rate = contract_size[books], is_quote_sized[books], quote_usd[books]
        for side, (offsets, px, qty) in enumerate(((bid_offsets, bid_px, bid_qty), (ask_offsets, ask_px, ask_qty))):
            levels, is_level = _padded(offsets, books)
            prices = px[levels]
            amount = np.where(is_level, qty[levels] * per_unit[:, None], 0.0)
            value = np.where(in_quote[:, None], amount, amount * prices)
            coins = np.where(in_quote[:, None], amount / prices, amount)
            away = np.abs(prices - mid[:, None])
            notional, filled = _summed(value), _summed(coins)
            span = away[:, -1]
            covered = np.minimum(covered, span / mid * 1e4)
            near = np.empty((len(books), bands))
            for band, width in enumerate(bands_bps):
                inside = np.count_nonzero(is_level & (away <= (mid * (width * 1e-4 * NOISE))[:, None]), axis=1)
                near[:, band] = notional[np.arange(len(books)), inside]
                near[~(is_whole[books] | (span >= mid * (width * 1e-4 / NOISE))), band] = np.nan
            nears.append(near)
            out[books, 3 + side * bands : 3 + (side + 1) * bands] = near * rate[:, None]
            for size, usd in enumerate(sizes_usd):
                wanted = usd / rate
                is_enough = is_level & (notional[:, 1:] * NOISE >= wanted[:, None])
                row, at = np.flatnonzero(is_enough.any(axis=1)), is_enough.argmax(axis=1)
                at, wanted = at[row], wanted[row]
                vwap = wanted / (filled[row, at] + (wanted - notional[row, at]) / prices[row, at])
                out[books[row], 3 + 3 * bands + side_of_taker(side) * sizes + size] = np.abs(vwap / mid[row] - 1) * 1e4
        both = nears[0] + nears[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            out[books, 3 + 2 * bands : 3 + 3 * bands] = np.where(both > 0, (nears[0] - nears[1]) / both, np.nan)
        out[books, -1] = covered


def side_of_taker(side: int) -> int:
    """Who takes a side: asks (1) are bought from, which comes first in the columns."""
    return 1 - side


def _padded(offsets: Ints, books: Ints) -> tuple[Ints, Bools]:
    """The places of each book's levels, its last level repeated up to the longest book's length."""
    lengths = offsets[books + 1] - offsets[books]
    steps = np.arange(lengths.max())
    is_level: Bools = steps < lengths[:, None]
    return offsets[books][:, None] + np.minimum(steps, lengths[:, None] - 1), is_level


def _summed(amounts: Floats) -> Floats:
    """Running sums along each row, one longer than the row: before the first level there is nothing."""
    sums = np.zeros((amounts.shape[0], amounts.shape[1] + 1))
    np.cumsum(amounts, axis=1, out=sums[:, 1:])
    return sums
