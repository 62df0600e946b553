"""Generated order books: seeded, many symbols side by side, a known share of levels changing from one book to the next.

A level is one price with its size. Prices sit on a grid of ticks, sizes are log-normal in lots, both as decimal text
would give them. Between two books of a symbol levels are resized, taken away and added, and the middle wanders.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from warehouse.books.book import SCHEMA, lists_of

START = datetime(2026, 1, 5, tzinfo=UTC)
EVERY_SECONDS = 5
SLOTS = 260
OCCUPIED = 0.6
#: Per level and step: chance of a new size, of a slot changing hands, and per book of the middle moving a tick.
RESIZED, MOVED, DRIFT = 0.068, 0.040, 0.3
TYPICAL_LOTS, TYPICAL_USD = 1_450, 8_000


def made_books(books: int, *, levels: int = 100, symbols: int = 50, seed: int = 7) -> Iterator[pa.RecordBatch]:
    """About ``books`` books as one record batch per tick with one book of every symbol, as a capture commits them."""
    rng = np.random.default_rng(seed)
    sides = 2 * symbols
    tick_parts = np.repeat(rng.choice([10.0, 100.0, 1000.0], symbols), 2)
    middle = np.repeat(rng.integers(1_500, 60_000, symbols), 2)
    lot_parts = 10.0 ** np.round(np.log10(middle / tick_parts * TYPICAL_LOTS / TYPICAL_USD))[:, None]
    is_ask = np.tile([False, True], symbols)
    is_there = rng.random((sides, SLOTS)) < OCCUPIED
    lots = _lots(rng, (sides, SLOTS))
    names = [f"C{n:02d}" for n in range(symbols)]
    fixed = {
        "venue": pa.array(["binance"] * symbols),
        "market": pa.array(["linear"] * symbols),
        "symbol": pa.array([f"{name}/USDT:USDT" for name in names]),
        "base": pa.array(names),
        "quote": pa.array(["USDT"] * symbols),
        "seq_ok": pa.array([True] * symbols),
        "contract_size": pa.array([1.0] * symbols),
        "size_unit": pa.array(["base"] * symbols),
        "quote_usd": pa.array([0.9998] * symbols),
        "limit": pa.array([levels] * symbols, pa.int32()),
    }
    for step in range(-(-books // symbols)):
        if step:
            _change(rng, is_there, lots)
            _drift(rng, middle, is_there, lots)
        is_there[:, 0] = True
        is_there[:, -levels:] |= is_there.sum(axis=1, keepdims=True) < levels
        row, slot = np.nonzero(is_there & (is_there.cumsum(axis=1) <= levels))
        ticks = np.where(is_ask[row], middle[row] + slot, middle[row] - 1 - slot)
        px = (ticks / tick_parts[row]).reshape(symbols, 2, levels)
        qty = ((lots / lot_parts)[row, slot]).reshape(symbols, 2, levels)
        at = int(START.timestamp() + step * EVERY_SECONDS) * 1_000_000 + np.arange(symbols) * 1000
        told = fixed | {
            "observed_at": pa.array(at).cast(pa.timestamp("us", "UTC")),
            "received_at": pa.array(at + 40_000).cast(pa.timestamp("us", "UTC")),
            "sequence": pa.array(np.full(symbols, 1_000_000 + step * 37)),
            "bid_px": lists_of(list(px[:, 0])),
            "bid_qty": lists_of(list(qty[:, 0])),
            "ask_px": lists_of(list(px[:, 1])),
            "ask_qty": lists_of(list(qty[:, 1])),
        }
        yield pa.RecordBatch.from_arrays([told[name] for name in SCHEMA.names], schema=SCHEMA)


def _lots(rng: np.random.Generator, shape: tuple[int, ...] | int) -> np.ndarray:
    return np.ceil(np.exp(rng.normal(6.0, 1.6, shape)))


def _change(rng: np.random.Generator, is_there: np.ndarray, lots: np.ndarray) -> None:
    chance = rng.random(lots.shape)
    moved = chance < MOVED
    is_there ^= moved & (rng.random(lots.shape) < np.where(is_there, 1.0, OCCUPIED / (1 - OCCUPIED)))
    fresh = chance < MOVED + RESIZED
    lots[fresh] = _lots(rng, int(fresh.sum()))


def _drift(rng: np.random.Generator, middle: np.ndarray, is_there: np.ndarray, lots: np.ndarray) -> None:
    chance = np.repeat(rng.random(len(middle) // 2), 2)
    for row in np.flatnonzero(chance < DRIFT):
        step = 1 if chance[row] < DRIFT / 2 else -1
        shift = step if row % 2 == 0 else -step  # up: bids gain a slot, asks lose one
        is_there[row] = np.roll(is_there[row], shift)
        lots[row] = np.roll(lots[row], shift)
        middle[row] += step
        if shift == 1:
            lots[row, 0] = _lots(rng, 1)[0]


def churn(before: pa.RecordBatch, after: pa.RecordBatch) -> float:
    """The share of levels (price with size) of ``after`` that the same rows of ``before`` did not have."""
    fresh = total = 0
    for side in ("bid", "ask"):
        pairs = [
            [
                set(zip(px, qty, strict=True))
                for px, qty in zip(batch[f"{side}_px"].to_pylist(), batch[f"{side}_qty"].to_pylist(), strict=True)
            ]
            for batch in (before, after)
        ]
        fresh += sum(len(new - old) for old, new in zip(*pairs, strict=True))
        total += sum(len(new) for new in pairs[1])
    return fresh / total
