"""Books for tests: one to add up in one's head, and seeded ones of every shape."""

from datetime import UTC, datetime, timedelta

import numpy as np

from warehouse.books.book import WHOLE, Book

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
#: Worked example 15: the middle is 100.
BIDS = ((99.9, 2.0), (99.8, 3.0), (99.5, 10.0), (99.0, 40.0), (98.5, 60.0))
ASKS = ((100.1, 1.0), (100.2, 4.0), (100.5, 10.0), (101.0, 30.0), (101.6, 80.0))


def book(bids=BIDS, asks=ASKS, **changed) -> Book:
    """Worked example 15, with changes."""
    told = {
        "venue": "binance",
        "market": "spot",
        "symbol": "BTC/USDT",
        "base": "BTC",
        "quote": "USDT",
        "observed_at": NOON,
        "received_at": NOON + timedelta(milliseconds=40),
        "sequence": 1,
        "quote_usd": 1.0,
        "limit": WHOLE,
        "bid_px": [px for px, _ in bids],
        "bid_qty": [qty for _, qty in bids],
        "ask_px": [px for px, _ in asks],
        "ask_qty": [qty for _, qty in asks],
    }
    return Book(**(told | changed))


def random_books(count: int, seed: int) -> list[Book]:
    """Valid books of every shape: one level or many, tight or wide, any contract size, unit and quote price."""
    rng = np.random.default_rng(seed)
    return [_random_book(rng, n) for n in range(count)]


def _random_book(rng: np.random.Generator, n: int) -> Book:
    mid, tick = float(rng.choice([0.02, 1.0, 100.0, 65_000.0])), float(rng.choice([1e-5, 1e-4, 1e-3]))
    sides = []
    for direction in (-1, 1):
        steps = np.cumsum(rng.integers(1, 6, rng.choice([1, 2, 5, 30, 100])))
        px = mid * (1 + direction * tick * steps[steps * tick < 0.9])
        sides.append((px, np.exp(rng.normal(0, 2, len(px))) * float(rng.choice([1.0, 1e3, 1e6])) / mid))
    return book(
        sequence=n,
        observed_at=NOON + timedelta(seconds=n),
        contract_size=float(rng.choice([1.0, 0.01, 100.0])),
        size_unit=str(rng.choice(["base", "quote"])),
        quote_usd=rng.choice(np.array([None, 1.0, 0.9997, 64_000.0], dtype=object)),
        limit=int(rng.choice([0, 100])),
        bid_px=sides[0][0],
        bid_qty=sides[0][1],
        ask_px=sides[1][0],
        ask_qty=sides[1][1],
    )
