"""Daily bars of the other coins as a chart service shows them: the venues' own, volume in US dollars."""

from __future__ import annotations

from datetime import date, timedelta

from pipelines.sample import prices
from pipelines.sample.venues.candles import candles
from pipelines.sample.venues.coins import COINS, DAY, LAST

COUNTED = 2.5  # exchanges that a chart service counts and nobody here asks
SINCE = date(2025, 1, 1)  # the venues tell the years before


def charts(seed: int) -> dict[str, prices.Bars]:
    return {f"{name}-USD": _bars(seed, name) for name, coin in COINS.items() if coin.pins and not coin.delisted}


def _bars(seed: int, name: str) -> prices.Bars:
    skipped = max(0, (SINCE - COINS[name].lists).days)
    every = candles(seed, name, DAY)
    bars, first = every.slice(skipped, len(every.start)), COINS[name].lists + timedelta(days=skipped)
    days: tuple[date, ...] = tuple(first + timedelta(days=n) for n in range((LAST - first).days + 1))
    volume = (COUNTED * bars.volume * bars.close).round()
    return prices.Bars(days, bars.open, bars.high, bars.low, bars.close, volume)
