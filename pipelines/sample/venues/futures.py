"""Quarterly futures: which are listed when, and how far above the coin they trade until they are settled at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from pipelines.sample.paths import Floats
from pipelines.sample.venues.candles import Candles
from pipelines.sample.venues.coins import DAY, FIRST, LAST, epoch
from pipelines.sample.venues.market import Market

EIGHT = 8 * 3_600  # listed and settled at 08:00 UTC
CARRY = (  # percent a year over spot, of a future with no time left
    "2019-01-01T00 3 2020-03-12T00 -4 2020-06-01T00 6 2021-04-13T00 30 2021-07-20T00 3 2021-11-08T00 14"
    " 2022-11-10T00 -2 2023-10-15T00 6 2024-03-10T00 18 2024-09-06T00 6 2024-12-10T00 15 2025-04-08T00 4"
    " 2025-07-14T00 8 2025-10-10T20 8 2025-10-10T22 -1 2025-10-11T06 3 2025-11-21T00 1 2026-02-03T00 0.7"
)
LEVELS = {"BTC": (1.0, 0.0), "ETH": (0.85, 2.0)}  # of that, and when it swings
STEEPER = 1.5  # percent a year more for each year that is left
_CELLS = CARRY.split()
_KNOWN = [datetime.fromisoformat(moment + ":00+00:00").timestamp() for moment in _CELLS[::2]]
_RATES = [float(value) for value in _CELLS[1::2]]
#: How long before its end a venue lists a quarter: two quarters, or a year.
LISTED_DAYS = {"okx": 182, "deribit": 364}


@dataclass(frozen=True)
class Future(Market):
    """A future, listed from one second to another; `size` coins a contract, or `usd` dollars settled in coins."""

    begins: int = 0
    expires: int = 0
    usd: float = 0.0

    def live(self, at: float) -> bool:
        return self.begins <= at < self.expires

    def contracts(self, coins: Floats, price: Floats) -> Floats:
        return coins * price / self.usd if self.size == 0 else coins / self.size

    def over_spot(self, at: Floats) -> Floats:
        """What the future costs over the coin at moments, as a factor."""
        years = np.maximum(self.expires - at, 0.0) / (365 * DAY)
        level, phase = LEVELS[self.coin]
        rate = level * np.interp(at, _KNOWN, _RATES) + 0.4 * np.sin(at / 300_000 + phase) + STEEPER * years
        return 1 + rate * years / 100

    def bars(self, coin: Candles, step: int, at: float) -> Candles:
        first = int(np.searchsorted(coin.start, self.begins // step * step))
        held = coin.slice(first, int(np.searchsorted(coin.start, self.expires)))
        opened = held.start.astype(np.float64)
        before, after = self.over_spot(opened), self.over_spot(np.minimum(opened + step, at))
        return replace(
            held,
            open=held.open * before,
            high=held.high * np.maximum(before, after),
            low=held.low * np.minimum(before, after),
            close=held.close * after,
            running=coin.running and len(held.start) > 0,
        )


def quarter_ends(first: date, last: date) -> list[date]:
    """The last Fridays of the quarters between two days."""
    firsts = (date(year, month, 1) for year in range(first.year, last.year + 1) for month in (1, 4, 7, 10))
    ends = [day - timedelta(days=(day.weekday() - 5) % 7 + 1) for day in firsts]
    return [end for end in ends if first <= end <= last]


def _future(venue: str, id: str, coin: str, end: date, **terms: Any) -> Future:
    """Nobody asks for its books: depth and spread are anything."""
    begins, expires = epoch(end - timedelta(days=LISTED_DAYS[venue])) + EIGHT, epoch(end) + EIGHT
    looks: dict[str, Any] = {"swap": True, "share": 0.01, "depth": 0.5, "spread_bps": 1.0}
    return Future(venue=venue, id=id, coin=coin, begins=begins, expires=expires, **looks, **terms)


def _okx(coin: str, end: date) -> Iterator[Future]:
    """Of each quarter one in dollars, settled in coins, and one in USDT."""
    tick, usd, size = {"BTC": (0.1, 100.0, 0.01), "ETH": (0.01, 10.0, 0.1)}[coin]
    for quote, contract, off_bps in (("USD", {"size": 0.0, "usd": usd}, 1.0), ("USDT", {"size": size}, 0.2)):
        id = f"{coin}-{quote}-{end:%y%m%d}"
        yield _future("okx", id, coin, end, quote=quote, tick=tick, lot=1.0, off_bps=off_bps, **contract)


def _deribit(coin: str, end: date) -> Iterator[Future]:
    tick, usd = {"BTC": (0.5, 10.0), "ETH": (0.05, 1.0)}[coin]
    id = f"{coin}-{end.day}{end:%b%y}".upper()
    yield _future("deribit", id, coin, end, quote="USD", tick=tick, lot=usd, off_bps=1.0, size=0.0, usd=usd)


@cache
def _all(venue: str) -> dict[str, Future]:
    made = {"okx": _okx, "deribit": _deribit}[venue]
    ends = quarter_ends(FIRST, LAST + timedelta(days=400))
    return {future.id: future for end in ends for coin in ("BTC", "ETH") for future in made(coin, end)}


def listed_futures(venue: str, at: float) -> list[Future]:
    return [future for future in _all(venue).values() if future.live(at)]


def find_future(venue: str, id: str, at: float) -> Future:
    """The future; raises LookupError when the venue does not list it at the moment."""
    future = _all(venue).get(id)
    if future is None or not future.live(at):
        raise LookupError(id)
    return future
