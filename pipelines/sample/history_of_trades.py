"""Minutes of trades of the sample world's past, as an import would have told them: synthetic, and always the same.

More is bought in a minute in which the middle rises, as if so many dollars moved it so far, and by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from assets import trade_minutes
from assets.capture import market_of
from assets.dollar_coins import ASSUMED_USD
from pipelines.sample.calendars import CLOCK
from pipelines.sample.paths import stream
from pipelines.sample.venues import orderbooks
from pipelines.sample.venues.market import Market
from pipelines.sample.world import SEED
from warehouse.books.rebuilt import Market as Traded
from warehouse.books.trades import MINUTE, Minute, Told
from warehouse.catalogue.venues import Instrument

#: The last one is known before the clock.
MINUTES = 119
BPS_PER_MUSD = {"BTC": 0.4, "ETH": 1.5}
CHANCE_BPS = 0.3
TRADE_USD = 5_000.0
AFTERWARDS = timedelta(milliseconds=120)


def rows(instrument: Instrument, market: Market) -> Iterator[dict[str, Any]]:
    """Minutes before the clock, whose middles are those of the books of these moments."""
    kind = Traded(
        market=market_of(instrument),
        symbol=instrument.symbol,
        base=instrument.base,
        quote=instrument.quote,
        quote_usd=ASSUMED_USD,
    )
    return trade_minutes.rows(_told(market), instrument.venue, kind)


def _told(market: Market) -> Iterator[Told]:
    chance, number = stream(SEED, f"{market.venue} {market.id} trades"), 0
    mid_open = _mid(market, CLOCK - (MINUTES + 1) * MINUTE)
    for left in range(MINUTES, 0, -1):
        ends = CLOCK - left * MINUTE
        mid_close = _mid(market, ends)
        moved_bps = 1e4 * (mid_close / mid_open - 1) + float(chance.normal(0, CHANCE_BPS))
        signed_usd = 1e6 * moved_bps / BPS_PER_MUSD[market.coin]
        sold = max(-signed_usd, 0.0) + 1e6 * float(chance.lognormal(0, 0.5))
        trades = int(2 * sold / TRADE_USD) + 1
        yield Told(
            minute=ends - MINUTE,
            traded=Minute(
                received_at=ends - MINUTE,
                first=number + 1,
                last=number + trades,
                trades=trades,
                bought=sold + signed_usd,
                sold=sold,
                recordings=["SYNTHETIC"],
            ),
            mid_open=mid_open,
            mid_close=mid_close,
            known_at=ends + AFTERWARDS,
        )
        mid_open, number = mid_close, number + trades


def _mid(market: Market, at: datetime) -> float:
    best = orderbooks.book(SEED, market, at.timestamp(), 1)
    return float(best.bid_price[0] + best.ask_price[0]) / 2
