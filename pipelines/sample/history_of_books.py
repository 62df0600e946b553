"""Order books of the sample world's past, as a capture would have spooled them: synthetic, and always the same.

Beside the books of one venue's perpetuals lie the trades of every minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from assets import trade_minutes
from assets.capture import market_of
from assets.coverage import Coverage, log_of
from assets.dollar_coins import ASSUMED_USD, DOLLAR_COINS
from pipelines.sample import history_of_trades
from pipelines.sample.calendars import CLOCK
from pipelines.sample.venues import orderbooks
from pipelines.sample.venues.market import Market, decimals
from pipelines.sample.venues.markets import listed
from pipelines.sample.world import SEED
from warehouse.books.book import Book
from warehouse.books.segment import SpoolError
from warehouse.books.spool import Spool
from warehouse.catalogue.venues import VENUES, Instrument

COINS = ("BTC", "ETH")
POLLED = ("okx", "kraken", "deribit")
TRADED = "okx"
EVERY = timedelta(minutes=5)
#: Before, in and after the flush, when the books were thin.
FLUSH = [
    start + number * EVERY
    for start in (
        datetime(2025, 10, 9, 21, tzinfo=UTC),
        datetime(2025, 10, 10, 21, tzinfo=UTC),
        datetime(2025, 10, 11, 21, tzinfo=UTC),
    )
    for number in range(6)
]
RECENT = [CLOCK - number * EVERY for number in range(24, 0, -1)]
#: A history of another content has another name.
VERSION = f"{SEED} {CLOCK.isoformat()} {len(FLUSH)} {len(RECENT)} {history_of_trades.MINUTES}"


def spool_history(spool: Path) -> None:
    """Spool the books and note the trades of the past once; when a capture is writing there, another time."""
    done = spool / "history"
    if done.exists() and done.read_text() == VERSION:
        return
    try:
        with Spool(spool) as opened, Coverage(log_of(spool)) as coverage:
            for moment in [*FLUSH, *RECENT]:
                coverage.close(moment, before=moment)
                books = list(_books(moment))
                opened.append(books, moment)
                for book in books:
                    coverage.served((book.venue, book.market, book.symbol), moment)
            coverage.close(CLOCK)
            trade_minutes.note(trade_minutes.minutes_of(spool), _minutes())
    except SpoolError:
        return
    done.write_text(VERSION)


def _minutes() -> Iterator[dict[str, Any]]:
    for instrument in VENUES[TRADED].instruments:
        market = _market(instrument, CLOCK)
        if instrument.base in COINS and instrument.market == "perpetual" and market:
            yield from history_of_trades.rows(instrument, market)


def _books(moment: datetime) -> Iterator[Book]:
    for name in POLLED:
        for instrument in VENUES[name].instruments:
            market = _market(instrument, moment)
            if instrument.base in COINS and market:
                yield _book(instrument, market, moment)


def _market(instrument: Instrument, moment: datetime) -> Market | None:
    """What the sample world trades under a symbol, if it does."""
    traded = listed(instrument.venue, instrument.market == "perpetual", moment.timestamp())
    sold = (instrument.base, instrument.quote)
    return next((market for market in traded if (market.coin, market.quote) == sold), None)


def _book(instrument: Instrument, market: Market, moment: datetime) -> Book:
    limit = VENUES[instrument.venue].book_limit
    stands = orderbooks.book(SEED, market, moment.timestamp(), limit)
    places, lots = decimals(market.tick_at(stands.mid)), decimals(market.lot)
    return Book(
        venue=instrument.venue,
        market=market_of(instrument),
        symbol=instrument.symbol,
        base=instrument.base,
        quote=instrument.quote,
        observed_at=moment,
        received_at=moment + timedelta(milliseconds=120),
        contract_size=instrument.contract_size or 1.0,
        size_unit=instrument.size_unit,
        quote_usd=ASSUMED_USD if instrument.quote in DOLLAR_COINS else 1.0,
        limit=limit,
        bid_px=np.round(stands.bid_price, places),
        bid_qty=np.round(stands.bid_quantity, lots),
        ask_px=np.round(stands.ask_price, places),
        ask_qty=np.round(stands.ask_quantity, lots),
    )
