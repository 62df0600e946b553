"""What a venue's number for open interest counts, brought to one-sided coins and USD.

Never summed across venues before this. A dollar coin counts as a dollar.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from assets.clients.venues.shapes import Row
from warehouse.catalogue.venues import Instrument

Counts = Literal["contracts", "coins", "usd"]
#: How far two numbers of a venue that say the same may lie apart: contracts and coins are rounded, a price moves.
SAME_COINS, SAME_USD = 1e-3, 0.02


class Told(NamedTuple):
    """What one row says: an amount that counts something, and what else the venue says of the same moment."""

    row: Row
    observed_at: datetime | None
    counts: Counts
    amount: float
    coins: float | None = None
    usd: float | None = None
    price: float | None = None
    is_one_sided: bool = False


@dataclass(frozen=True)
class OpenInterest:
    """One-sided coins and USD, the price that ties them, contracts as sent, and what was divided by."""

    contracts: float | None
    coins: float
    usd: float
    price: float
    side_factor: float


def one_sided(instrument: Instrument, told: Told, day_factor: float, mark: float | None) -> OpenInterest:
    """The units of a venue's number. ``mark`` is the mark price in USD where the row itself has none.

    Raises ValueError when a price or contract is missing, or when the venue contradicts itself.
    """
    price = told.price or mark
    size = instrument.contract_size if told.counts == "contracts" else 1.0
    if size is None and told.coins is None:
        raise ValueError(f"counts contracts, and none is declared for {instrument.symbol}")
    if told.counts == "usd" or (instrument.is_inverse and told.counts == "contracts"):
        usd = told.amount * (size or 1.0)
        coins = told.coins if told.coins is not None else usd / _needed(price)
    else:
        coins = told.amount * size if size is not None else float(told.coins or 0.0)
        if told.coins is not None and not _same(coins, told.coins, SAME_COINS):
            raise ValueError(f"{told.amount:g} contracts of {size:g} are not {told.coins:g} coins")
        usd = told.usd if told.usd is not None else coins * _needed(price)
    if price is None:
        if not coins:
            raise ValueError("no price, and no coins to imply one")
        price = usd / coins
    if not _same(usd, coins * price, SAME_USD):
        raise ValueError(f"{coins:g} coins at {price:g} are not {usd:g} USD")
    if not all(map(math.isfinite, (coins, usd, price))):
        raise ValueError(f"{coins:g} coins, {usd:g} USD and a price of {price:g} are not all finite")
    factor = 1.0 if told.is_one_sided else day_factor
    contracts = told.amount if told.counts == "contracts" else None
    return OpenInterest(contracts, coins / factor, usd / factor, price, factor)


def _needed(price: float | None) -> float:
    if not price or price < 0:
        raise ValueError(f"no price to convert with: {price}")
    return price


def _same(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance * max(abs(one), abs(other))
