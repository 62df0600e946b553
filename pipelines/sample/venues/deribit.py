"""deribit, `/api/v2/public/...`: JSON-RPC replies with numbers; coins in dollars, perpetual or to a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR, window
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.coins import DAY
from pipelines.sample.venues.deribit_funding import rate_history, rate_value, span_of
from pipelines.sample.venues.deribit_markets import (
    currencies,
    instruments,
    interest,
    market_of,
    summaries,
    summary,
    traded_of,
)
from pipelines.sample.venues.market import Market
from pipelines.sample.venues.orderbooks import book
from pipelines.sample.wire.reply import Reply, from_json

STEPS = {"60": HOUR, "1D": DAY}
MOST_BARS = 5_000


def answer(asked: Asked) -> Reply:
    method = METHODS.get(asked.path.removeprefix("/api/v2/public/"))
    if method is None:
        return _refused(asked, {"message": "Method not found", "code": -32601})
    try:
        return _reply(asked, {"result": method(asked)}, 200)
    except LookupError:
        reason = {"reason": "instrument not found", "param": "instrument_name"}
        return _refused(asked, {"message": "Invalid params", "data": reason, "code": -32602})
    except ValueError as problem:
        reason = {"reason": "wrong format", "param": str(problem)}
        return _refused(asked, {"message": "Invalid params", "data": reason, "code": -32602})


def _reply(asked: Asked, said: dict[str, Any], status: int) -> Reply:
    arrived = int(asked.at * 1e6)
    stamps = {"usIn": arrived, "usOut": arrived + 350, "usDiff": 350, "testnet": False}
    return from_json({"jsonrpc": "2.0"} | said | stamps, status)


def _refused(asked: Asked, error: dict[str, Any]) -> Reply:
    return _reply(asked, {"error": error}, 400)


def _order_book(asked: Asked) -> dict[str, Any]:
    market, depth = market_of(asked), int(asked.number("depth", 20))
    stands = book(asked.seed, market, asked.book_at, depth)
    bids = _levels(market, stands.bid_price.tolist(), stands.bid_quantity.tolist())
    asks = _levels(market, stands.ask_price.tolist(), stands.ask_quantity.tolist())
    return {
        "timestamp": int(asked.book_at * 1000), "change_id": int(asked.book_at * 10), "state": "open",
        "instrument_name": market.id, "bids": bids, "asks": asks, "best_bid_price": bids[0][0],
        "best_bid_amount": bids[0][1], "best_ask_price": asks[0][0], "best_ask_amount": asks[0][1],
        "mark_price": round(stands.mid, 2), "index_price": round(price(asked.seed, market.coin, asked.book_at), 2),
        "open_interest": interest(asked, market),
    }  # fmt: skip


def _levels(market: Market, prices: list[float], quantities: list[float]) -> list[list[float]]:
    return [[round(one, 6), round(amount, 6)] for one, amount in zip(prices, quantities, strict=True)]


def _chart(asked: Asked) -> dict[str, Any]:
    market, step = traded_of(asked), STEPS.get(asked.query.get("resolution", ""))
    if step is None:
        raise ValueError("resolution")
    first, last = span_of(asked)
    bars = market.bars(window(asked.seed, market.coin, step, first, last, asked.at), step, asked.at)
    bars = bars.slice(max(0, len(bars.start) - MOST_BARS), len(bars.start))
    columns = {name: market.quoted(getattr(bars, name)).round(6).tolist() for name in ("open", "high", "low", "close")}
    volume = (bars.volume * market.share).round(8)
    return {
        "status": "ok" if len(bars.start) else "no_data", "ticks": (bars.start * 1000).tolist(), **columns,
        "volume": volume.tolist(), "cost": (volume * market.quoted(bars.close)).round(2).tolist(),
    }  # fmt: skip


METHODS: dict[str, Callable[[Asked], Any]] = {
    "get_instruments": instruments,
    "get_currencies": currencies,
    "get_order_book": _order_book,
    "get_tradingview_chart_data": _chart,
    "get_book_summary_by_instrument": lambda asked: [summary(asked, market_of(asked))],
    "get_book_summary_by_currency": summaries,
    "ticker": lambda asked: summary(asked, market_of(asked)),
    "get_funding_rate_value": rate_value,
    "get_funding_rate_history": rate_history,
    "get_time": lambda asked: asked.now_ms,
    "status": lambda asked: {"locked": "false"},
}
