"""What one book says of liquidity, level by level: plain Python that Numba compiles, slow on its own.

Both kernels have this function's signature and give the same numbers.
"""

import numpy as np

from warehouse.books.book import Bools, Floats, Ints

#: Distances and amounts count as equal within this share: 99.9 of 100 is 10.000000000000009 bps away in binary.
NOISE = 1 + 1e-9


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
    """Fill the rows first to last - 1 of ``out``, NaN for NULL.

    Columns: mid, spread, microprice, depth of bids by band, of asks by band, imbalance by band, slippage of buying by
    size, of selling by size, covered.
    """
    bands, sizes = len(bands_bps), len(sizes_usd)
    near = np.empty((2, bands))
    for book in range(first, last):
        out[book, :] = np.nan
        best_bid, best_ask = bid_offsets[book], ask_offsets[book]
        if best_bid == bid_offsets[book + 1] or best_ask == ask_offsets[book + 1]:
            continue
        mid = (bid_px[best_bid] + ask_px[best_ask]) / 2
        out[book, 0] = mid
        out[book, 1] = (ask_px[best_ask] - bid_px[best_bid]) / mid * 1e4
        out[book, 2] = (bid_px[best_bid] * ask_qty[best_ask] + ask_px[best_ask] * bid_qty[best_bid]) / (
            bid_qty[best_bid] + ask_qty[best_ask]
        )
        covered = np.inf
        for side in range(2):
            px, qty = (bid_px, bid_qty) if side == 0 else (ask_px, ask_qty)
            start, stop = (bid_offsets[book], bid_offsets[book + 1]) if side == 0 else (best_ask, ask_offsets[book + 1])
            slippage = 3 + 3 * bands + (sizes if side == 0 else 0)
            band, size, notional, coins = 0, 0, 0.0, 0.0
            reach = mid * (bands_bps[0] * 1e-4 * NOISE)
            wanted = sizes_usd[0] / quote_usd[book]
            for level in range(start, stop):
                away = abs(px[level] - mid)
                while band < bands and away > reach:
                    near[side, band] = notional
                    band += 1
                    if band < bands:
                        reach = mid * (bands_bps[band] * 1e-4 * NOISE)
                if band == bands and size == sizes:
                    break
                amount = qty[level] * contract_size[book]
                value = amount if is_quote_sized[book] else amount * px[level]
                while size < sizes and (notional + value) * NOISE >= wanted:
                    vwap = wanted / (coins + (wanted - notional) / px[level])
                    out[book, slippage + size] = abs(vwap / mid - 1) * 1e4
                    size += 1
                    if size < sizes:
                        wanted = sizes_usd[size] / quote_usd[book]
                notional += value
                coins += amount / px[level] if is_quote_sized[book] else amount
            span = abs(px[stop - 1] - mid)
            covered = min(covered, span / mid * 1e4)
            for rest in range(band, bands):
                is_covered = is_whole[book] or span >= mid * (bands_bps[rest] * 1e-4 / NOISE)
                near[side, rest] = notional if is_covered else np.nan
            for each in range(bands):
                out[book, 3 + side * bands + each] = near[side, each] * quote_usd[book]
        for each in range(bands):
            both = near[0, each] + near[1, each]
            out[book, 3 + 2 * bands + each] = (near[0, each] - near[1, each]) / both if both > 0 else np.nan
        out[book, out.shape[1] - 1] = covered
