"""Open interest and funding of the perpetuals: hourly, in coins and as a rate for eight hours."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import numpy as np

from pipelines.sample.paths import Floats, stream
from pipelines.sample.venues.coins import COINS, epoch

HOUR = 3_600
# Coins open on five venues together on the eve of the flush; Binance, whose archive alone is here, has more.
EVE_COINS = {
    "BTC": 180_000.0, "ETH": 3.2e6, "SOL": 2.4e7, "XRP": 7e8, "ADA": 7e8, "DOGE": 7e9, "LINK": 3.2e7, "AVAX": 1.8e7,
    "LTC": 4.5e6, "DOT": 8e7, "BNB": 1.1e6, "TRX": 9e8, "EOS": 1.2e8,
}  # fmt: skip
SHARES = {"okx": 0.30, "hyperliquid": 0.24, "gate": 0.22, "deribit": 0.12, "bitget": 0.12, "binance": 0.5}
OPEN = (  # as a share of the eve of the flush
    "2019-01-01T00 0.15 2021-04-13T00 0.45 2021-07-20T00 0.3 2022-06-18T00 0.5 2022-11-21T00 0.42 2024-03-13T00 0.7"
    " 2024-12-17T00 0.85 2025-10-10T00 1.0 2025-10-10T20 1.0 2025-10-10T21 0.88 2025-10-10T22 0.65 2025-10-11T00 0.61"
    " 2025-11-21T00 0.58 2026-02-03T00 0.55"
)
PAID = (  # ten-thousandths for eight hours
    "2019-01-01T00 0.6 2020-03-12T00 -1.5 2020-06-01T00 1.0 2021-02-20T00 6.0 2021-05-20T00 0.2 2021-11-08T00 2.5"
    " 2022-11-10T00 -0.8 2023-10-15T00 0.8 2024-03-10T00 4.5 2024-09-06T00 0.4 2024-12-10T00 2.8 2025-04-08T00 0.3"
    " 2025-10-10T20 1.1 2025-10-10T21 -7.0 2025-10-11T00 -5.0 2025-10-12T00 -1.6 2025-10-14T00 0.5"
    " 2025-11-21T00 0.3 2026-02-03T00 0.4"
)
LEVELS = {"okx": 1.0, "gate": 1.03, "bitget": 0.97, "deribit": 0.9, "hyperliquid": 1.1}
SWITCHED = {("okx", "DOGE"): (datetime(2025, 12, 1, tzinfo=UTC).timestamp(), 4)}  # from eight hours to four


def _line(at: Floats, pins: str) -> Floats:
    cells = pins.split()
    known = [datetime.fromisoformat(moment + ":00+00:00").timestamp() for moment in cells[::2]]
    return np.interp(at, known, [float(value) for value in cells[1::2]])


@cache
def _hours(name: str) -> Floats:
    coin = COINS[name]
    return np.arange(epoch(coin.lists), epoch(coin.ends) + 1, HOUR, dtype=np.float64)


@cache
def _open_coins(seed: int, name: str) -> Floats:
    at = _hours(name)
    noise = stream(seed, name + " open interest").normal(0, 0.003, len(at))
    return EVE_COINS[name] * _line(at, OPEN) * (1 + noise + 0.008 * np.sin(at / 500_000))


@cache
def _rates(seed: int, name: str) -> Floats:
    at = _hours(name)
    noise = np.convolve(stream(seed, name + " funding").normal(0, 0.06, len(at) + 23), np.ones(24) / 5, "valid")
    return 1e-4 * (_line(at, PAID) + noise)


def open_coins(seed: int, venue: str, name: str, at: float | Floats) -> Floats:
    """One-sided open interest of a venue in coins at moments, nought before the coin lists and after it ends."""
    hours = _hours(name)
    after = 0.0 if COINS[name].delisted else None
    total = np.interp(np.asarray(at, dtype=np.float64), hours, _open_coins(seed, name), left=0.0, right=after)
    return np.asarray(total * SHARES[venue])


def rate_8h(seed: int, venue: str, name: str, at: float | Floats) -> Floats:
    """What longs pay shorts for eight hours, as a fraction, at the rate of moments."""
    hours = _hours(name)
    return np.asarray(LEVELS[venue] * np.interp(np.asarray(at, dtype=np.float64), hours, _rates(seed, name)))


def payments(venue: str, name: str, first: float, last: float) -> Floats:
    """The moments at which funding is paid, from `first` to `last`, both included."""
    coin = COINS[name]
    first, last = max(first, epoch(coin.lists) + 8 * HOUR), min(last, epoch(coin.ends)) if coin.delisted else last
    every = np.arange(np.ceil(first / HOUR) * HOUR, last + 1, HOUR)
    since, hours = SWITCHED.get((venue, name), (np.inf, 8))
    if venue in ("hyperliquid", "deribit"):
        return every
    due: Floats = every[every % (HOUR * np.where(every > since, hours, 8)) == 0]
    return due


def paid(seed: int, venue: str, name: str, at: Floats) -> Floats:
    """The rate of each payment, for the hours since the one before."""
    since, hours = SWITCHED.get((venue, name), (np.inf, 8))
    span = 1 if venue in ("hyperliquid", "deribit") else np.where(at > since, hours, 8)
    return rate_8h(seed, venue, name, at) * span / 8
