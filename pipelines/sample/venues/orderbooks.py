"""The book of a market at any second: the same second gives the same book, the next one a slightly other one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pipelines.sample.paths import Floats, stream
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.market import Market
from pipelines.sample.venues.markets import DEPTH_USD

DEPTHS = (  # of what used to stand there; thin since the flush
    "2019-01-01T00:00 1.0 2025-10-10T20:40 1.0 2025-10-10T20:55 0.25 2025-10-10T21:15 0.08 2025-10-10T22:30 0.3"
    " 2025-10-11T06:00 0.6 2026-02-03T00:00 0.58"
)
_CELLS = DEPTHS.split()
_KNOWN = [datetime.fromisoformat(moment + ":00+00:00").timestamp() for moment in _CELLS[::2]]
_SHARES = [float(value) for value in _CELLS[1::2]]
PANIC = _KNOWN[1], _KNOWN[4]
FURTHEST_BPS = 1_000.0


@dataclass(frozen=True)
class Book:
    """Levels best first; quantities in the market's units."""

    mid: float
    bid_price: Floats
    bid_quantity: Floats
    ask_price: Floats
    ask_quantity: Floats


def depth_usd(market: Market, at: float) -> float:
    """What stands within 100 bps of the mid on one side, about, in US dollars."""
    hour = at % 86_400 / 86_400
    standing = float(np.interp(at, _KNOWN, _SHARES)) * (1 + 0.1 * float(np.sin(2 * np.pi * hour)))
    return DEPTH_USD[market.coin] * market.depth * standing


def _offsets(count: int) -> Floats:
    """How far each level lies behind the best one, in bps: 2 at the 20th, 16 at the 100th, 147 at the 400th."""
    place = np.arange(count, dtype=np.float64)
    offsets = 0.095 * place + 6.8e-4 * place**2
    return offsets[offsets <= FURTHEST_BPS]


def book(seed: int, market: Market, at: float, levels: int) -> Book:
    """The book as of the second of `at`, with at most `levels` a side."""
    second = int(at)
    name = f"{market.venue} {market.id} {market.swap}"
    slow, quick = stream(seed, f"{name} {second // 60}"), stream(seed, f"{name} {second}")
    mid = price(seed, market.coin, second) * (1 + (market.off_bps + float(quick.normal(0, 0.1))) / 1e4)
    tick = market.tick_at(mid)
    middle = mid / tick
    wide = market.spread_bps * (1 + 0.3 * float(quick.random())) * (6 if PANIC[0] < second < PANIC[1] else 1)
    offsets = _offsets(1_300) + wide / 2  # always all of them: a shorter book is the start of a longer one
    noise = slow.lognormal(-0.08, 0.4, (2, len(offsets))) * quick.lognormal(-0.005, 0.1, (2, len(offsets)))
    steps = np.arange(len(offsets))
    ticks = np.maximum.accumulate(np.round(offsets / 1e4 * middle) - steps) + steps  # one level a tick
    spans_bps = np.gradient(ticks) / middle * 1e4
    usd = depth_usd(market, second) / 100 * spans_bps * noise
    kept = min(levels, int(np.searchsorted(ticks / middle * 1e4, FURTHEST_BPS)))
    sides = []
    for sign, best, one_side in ((-1, np.floor(middle), usd[0]), (1, np.floor(middle) + 1, usd[1])):
        prices = (best + sign * ticks[:kept]) * tick
        lots = np.round(market.units(one_side[:kept] / mid, prices) / market.lot)
        sides.append((prices, np.maximum(lots, 1) * market.lot))
    return Book(mid, *sides[0], *sides[1])
