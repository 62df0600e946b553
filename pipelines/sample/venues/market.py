"""One instrument of one venue: its ticks and lots, and what a unit of its order book is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.sample.paths import Floats
from pipelines.sample.venues.candles import Candles
from pipelines.sample.venues.coins import COINS, epoch

DROPS_DELISTED = ("okx", "kraken", "hyperliquid", "bitget")  # the others keep showing what no longer trades


@dataclass(frozen=True)
class Market:
    """One instrument. A unit of its book is `size` coins, or a US dollar where `size` is nought.

    `tick` nought means five significant digits. `off_bps` is where the venue trades around the coin's price,
    `share` is its part of the coin's volume, `depth` and `spread_bps` say how its books look.
    """

    venue: str
    id: str
    coin: str
    quote: str
    swap: bool
    tick: float
    lot: float
    size: float
    off_bps: float
    share: float
    depth: float
    spread_bps: float

    def live(self, at: float) -> bool:
        coin = COINS[self.coin]
        return epoch(coin.lists) <= at and not (coin.delisted and at >= epoch(coin.ends))

    def shown(self, at: float) -> bool:
        """Whether the venue still lists it, trading or not."""
        return self.live(at) or (self.venue not in DROPS_DELISTED and at >= epoch(COINS[self.coin].lists))

    def tick_at(self, price: float) -> float:
        """The tick of a book around a price; the coarser one where the book reaches over a power of ten."""
        return self.tick or float(10.0 ** min(np.floor(np.log10(price * 1.12)) - 4, 0))

    def quoted(self, usd: Floats) -> Floats:
        """Prices of the coin as this market quotes them, on its ticks."""
        moved = usd * (1 + self.off_bps / 1e4)
        if self.tick:
            return np.asarray(np.round(moved / self.tick) * self.tick)
        ticks = 10.0 ** np.minimum(np.floor(np.log10(moved)) - 4, 0)
        return np.asarray(np.round(moved / ticks) * ticks)

    def bars(self, coin: Candles, step: int, at: float) -> Candles:
        """The coin's bars of `step` seconds, known at `at`, as this market has them before its ticks."""
        return coin

    def contracts(self, coins: Floats, price: Floats) -> Floats:
        """Coins in contracts, at the market's own prices."""
        return coins / self.size

    def units(self, coins: Floats, price: Floats | float) -> Floats:
        """Coins in the units of the book."""
        return np.asarray(coins / self.size if self.size else coins * price)

    @property
    def price_text(self) -> Callable[[float], str]:
        return f"{{:.{decimals(self.tick)}f}}".format if self.tick else five_digits

    @property
    def lot_text(self) -> Callable[[float], str]:
        return f"{{:.{decimals(self.lot)}f}}".format


def five_digits(price: float) -> str:
    """Five significant digits, but never fewer than all the digits of a whole dollar."""
    return f"{price:.0f}" if price >= 1e4 else f"{price:.5g}"


def decimals(step: float) -> int:
    return max(0, -int(np.floor(np.log10(step) + 1e-9)))
