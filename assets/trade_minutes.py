"""Minutes of trades that an import added up: a log beside the spool, and the rows of facts.trade_minute in it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from assets.spool_logs import told
from warehouse import sealed
from warehouse.books.rebuilt import Market
from warehouse.books.trades import Told
from warehouse.tables.books import TRADE_MINUTE


def minutes_of(spool: Path) -> Path:
    """The log of the minutes that imports into a spool told."""
    return spool.with_name("trades.jsonl")


def read(log: Path) -> pl.DataFrame:
    """The rows of facts.trade_minute that a log tells."""
    return told(log, TRADE_MINUTE)


def note(log: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Add rows so that they survive a crash. Only the writer of the spool may come here."""
    sealed.append(log, b"".join(map(sealed.sealed, rows)))


def rows(minutes: Iterable[Told], venue: str, market: Market) -> Iterator[dict[str, Any]]:
    """Minutes as rows; amounts are NULL where it is not known what the quote currency is worth."""
    usd = None if market.quote_usd is None else market.quote_usd * market.contract_size
    for each in minutes:
        traded = each.traded
        bought, sold = (traded.bought, traded.sold) if traded else (0.0, 0.0)
        yield {
            "venue": venue,
            "market": market.market,
            "symbol": market.symbol,
            "minute": each.minute,
            "base": market.base,
            "quote_usd": market.quote_usd,
            "trades": traded.trades if traded else 0,
            "first_trade": traded.first if traded else None,
            "last_trade": traded.last if traded else None,
            "recordings": ", ".join(traded.recordings) if traded else None,
            "volume_usd": None if usd is None else (bought + sold) * usd,
            "signed_volume_usd": None if usd is None else (bought - sold) * usd,
            "mid_open": each.mid_open,
            "mid_close": each.mid_close,
            "known_at": each.known_at,
        }
