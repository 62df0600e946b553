"""Bars and volumes of a coin: hours and days of the one path, the last of them unfinished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from pipelines.sample.paths import Floats, Ints, stream
from pipelines.sample.venues.coin_prices import FLUSH, QUARTER, path, price
from pipelines.sample.venues.coins import COINS, DAY, epoch

HOUR = 3_600


@dataclass(frozen=True)
class Candles:
    """Bars by opening second; `volume` in coins over all venues; with `running` the last one is not finished."""

    start: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    running: bool = False

    def slice(self, first: int, last: int) -> Candles:
        columns = (getattr(self, name)[first:last] for name in ("start", "open", "high", "low", "close", "volume"))
        return Candles(*columns)


@cache
def _hourly_volume(seed: int, name: str) -> Floats:
    """Coins traded in each hour: more when the price moves, less after the flush."""
    bars, coin = _shapes(seed, name, HOUR), COINS[name]
    usd = coin.volume_usd / 24 * stream(seed, name + " volume").lognormal(0, 0.3, len(bars.start))
    usd *= 0.6 + 60 * np.minimum(np.log(bars.high / bars.low), 0.1)
    usd *= np.where(bars.start > epoch(FLUSH) + DAY, 0.75, 1.0)
    return usd / bars.close


@cache
def _shapes(seed: int, name: str, step: int) -> Candles:
    knots, per = np.exp(path(seed, name)), step // QUARTER
    count = (len(knots) - 1) // per
    inside = knots[:-1].reshape(count, per)
    ends = knots[per::per]
    return Candles(
        epoch(COINS[name].lists) + step * np.arange(count, dtype=np.int64),
        inside[:, 0],
        np.maximum(inside.max(axis=1), ends),
        np.minimum(inside.min(axis=1), ends),
        ends,
        np.zeros(count),
    )


@cache
def candles(seed: int, name: str, step: int) -> Candles:
    """All bars of `step` seconds (an hour or a day), as if the world were over."""
    volume = _hourly_volume(seed, name)
    return replace(_shapes(seed, name, step), volume=volume.reshape(-1, step // HOUR).sum(axis=1))


def window(seed: int, name: str, step: int, first: float, last: float, at: float) -> Candles:
    """The bars that open from `first` to `last`, both included, as known at `at`."""
    bars = candles(seed, name, step)
    low, high = np.searchsorted(bars.start, first), np.searchsorted(bars.start, min(last, at), side="right")
    chosen = bars.slice(int(low), int(max(low, high)))
    if len(chosen.start) and chosen.start[-1] + step > at:
        return _unfinished(seed, name, chosen, at, step)
    return chosen


def _unfinished(seed: int, name: str, bars: Candles, at: float, step: int) -> Candles:
    opened = int(bars.start[-1])
    left = (opened - epoch(COINS[name].lists)) // QUARTER
    seen = np.exp(path(seed, name)[left : left + int(at - opened) // QUARTER + 1])
    now = price(seed, name, at)
    columns = {
        "high": max(float(seen.max()), now),
        "low": min(float(seen.min()), now),
        "close": now,
        "volume": float(bars.volume[-1]) * (at - opened) / step,
    }
    changed = {key: np.append(getattr(bars, key)[:-1], value) for key, value in columns.items()}
    return replace(bars, running=True, **changed)


def traded(seed: int, name: str, at: float) -> tuple[float, float, float, float]:
    """The last 24 hours: open, high, low (US dollars), volume (coins over all venues)."""
    bars = window(seed, name, HOUR, at - DAY, at, at)
    if not len(bars.start):
        now = price(seed, name, at)
        return now, now, now, 0.0
    return float(bars.open[0]), float(bars.high.max()), float(bars.low.min()), float(bars.volume.sum())
