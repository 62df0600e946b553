"""What each coin costs at any moment: daily closes, and a path of quarter hours that ends each day on them."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np

from pipelines.sample import prices
from pipelines.sample.paths import Floats, bridge, stream
from pipelines.sample.venues.coins import COINS, FIRST, LAST, epoch

FLUSH = date(2025, 10, 10)
QUARTER, QUARTERS = 900, 96
FLUSH_TOPS = {"BTC": (122_600.0, 104_000.0), "ETH": (4_150.0, 3_436.0)}


@cache
def _bars(seed: int) -> dict[str, prices.Bars]:
    return prices.coins(seed)


@cache
def closes(seed: int, name: str) -> Floats:
    """Closes at the end of each UTC day from the coin's first day on."""
    coin, every = COINS[name], _bars(seed)["BTC-USD"]
    if name in ("USDC", "USDT"):
        return 1 + stream(seed, name + " peg").normal(-1e-4, 1e-4, len(every.days))
    if name == "WBTC":
        return every.close * (1 + stream(seed, "wrap").normal(-5e-4, 1e-4, len(every.close)))
    if not coin.pins:
        return _bars(seed)[f"{name}-USD"].close
    place = {day: number for number, day in enumerate(every.days)}
    first, last = place[coin.lists], place.get(coin.ends, len(every.days))
    market = np.diff(np.log(every.close), prepend=np.log(every.close[0]))[first:last]
    steps = coin.beta * market + stream(seed, name).normal(0, coin.own, last - first)
    return bridge(every.days[first:last], coin.closes, steps, log=True)


@cache
def _within(seed: int, name: str) -> Floats:
    """Noise inside each day of the world, one row of quarters a day, that is back at nought at midnight."""
    days = (LAST - FIRST).days + 1
    walk = np.cumsum(stream(seed, name + " quarters").normal(0, 0.0016, (days, QUARTERS)), axis=1)
    return walk - walk[:, -1:] * np.arange(1, QUARTERS + 1) / QUARTERS


@cache
def path(seed: int, name: str) -> Floats:
    """Log prices at each quarter of an hour from 00:00 UTC of the coin's first day to the end of its last."""
    coin, close = COINS[name], np.log(closes(seed, name))
    first, days = (coin.lists - FIRST).days, len(close)
    opened = np.concatenate([close[:1], close[:-1]])
    if name in ("USDC", "USDT"):
        noise = 0.02 * _within(seed, name)[:days]
    else:
        noise = coin.beta * _within(seed, "crowd")[first : first + days]
        if coin.own:
            noise = noise + 0.6 * _within(seed, name)[first : first + days]
    share = np.arange(1, QUARTERS + 1) / QUARTERS
    inside = opened[:, None] + (close - opened)[:, None] * share + noise
    flush = (FLUSH - coin.lists).days
    if flush < days and name not in ("USDC", "USDT"):
        before, after = float(np.exp(opened[flush])), float(np.exp(close[flush]))
        scale = 0.9995 if name == "WBTC" else 1.0
        top, low = FLUSH_TOPS.get("BTC" if name == "WBTC" else name, (before * 0.985, before * 0.985 * (1 - coin.fall)))
        levels = np.log([before, 0.4 * before + 0.6 * scale * top, scale * top, scale * top * 0.995, scale * low])
        levels = np.append(levels, [0.5 * (levels[-1] + np.log(after)), np.log(after)])
        inside[flush] = np.interp(share * 24, [0, 9, 20.5, 20.75, 21.25, 22.0, 24], levels)
    return np.concatenate([opened[:1], inside.ravel()])


def price(seed: int, name: str, at: float) -> float:
    """US dollars a coin at a moment; the last known price outside its life."""
    logs = path(seed, name)
    place = (at - epoch(COINS[name].lists)) / QUARTER
    left = min(max(int(place), 0), len(logs) - 2)
    share = min(max(place - left, 0.0), 1.0)
    return float(np.exp(logs[left] + (logs[left + 1] - logs[left]) * share))
