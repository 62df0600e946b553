"""bitget, `/api/v2/{spot,mix}/...`: one id for a coin's spot and its perpetual, bars oldest first, all in coins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.bitget_markets import coins, contracts, market_of, symbol_price, symbols, tickers
from pipelines.sample.venues.bitget_perpetuals import funding_history, funding_rate, open_interest
from pipelines.sample.venues.candles import HOUR, window
from pipelines.sample.venues.coins import DAY
from pipelines.sample.venues.orderbooks import book
from pipelines.sample.wire.reply import Reply, from_json

STEPS = {"1h": HOUR, "1H": HOUR, "1Dutc": DAY}
MOST_BARS = {"candles": 1_000, "history-candles": 200}
WIDEST_S = 90 * DAY  # of one reply on a perpetual


def answer(asked: Asked) -> Reply:
    said = ROUTES.get(asked.path.removeprefix("/api/v2/"))
    if said is None:
        return _reply(asked, "40404", "Request URL NOT FOUND", None, 404)
    try:
        return _reply(asked, "00000", "success", said(asked), 200)
    except LookupError as problem:
        return _reply(asked, "40034", f"Parameter {problem.args[0]} does not exist", None, 400)
    except ValueError:
        return _reply(asked, "40017", "Parameter verification failed", None, 400)


def _reply(asked: Asked, code: str, message: str, data: Any, status: int) -> Reply:
    return from_json({"code": code, "msg": message, "requestTime": asked.now_ms, "data": data}, status)


def _book(asked: Asked) -> dict[str, Any]:
    market, limit = market_of(asked), asked.query.get("limit", "100")
    stands = book(asked.seed, market, asked.book_at, 1_000 if limit == "max" else int(limit))
    sides = (("asks", stands.ask_price, stands.ask_quantity), ("bids", stands.bid_price, stands.bid_quantity))
    levels = {
        side: [
            [market.price_text(one), market.lot_text(quantity)]
            for one, quantity in zip(prices.tolist(), quantities.tolist(), strict=True)
        ]
        for side, prices, quantities in sides
    }
    return levels | {"ts": str(int(asked.book_at * 1000))}


def _candles(asked: Asked) -> list[Any]:
    market, step = market_of(asked), STEPS.get(asked.query.get("granularity", ""))
    if step is None:
        raise ValueError(asked.query)
    last = min(asked.number("endTime", 1e15) / 1000, asked.at + 1)
    first = asked.number("startTime", 0) / 1000
    if market.swap:
        first = max(first, last - WIDEST_S)
    limit = min(int(asked.number("limit", 100)), MOST_BARS[asked.path.rpartition("/")[2]])
    bars = window(asked.seed, market.coin, step, first, last - 1e-3, asked.at)
    bars, text = bars.slice(max(0, len(bars.start) - limit), len(bars.start)), market.price_text
    columns = [market.quoted(getattr(bars, name)).tolist() for name in ("open", "high", "low", "close")]
    return [
        [str(start * 1000), *map(text, (opened, high, low, close)), f"{volume:.6f}", f"{volume * close:.4f}"]
        for start, opened, high, low, close, volume in zip(
            bars.start.tolist(), *columns, (bars.volume * market.share).tolist(), strict=True
        )
    ]


ROUTES: dict[str, Callable[[Asked], Any]] = {
    "public/time": lambda asked: {"serverTime": str(asked.now_ms)},
    "spot/public/coins": coins,
    "spot/public/symbols": symbols,
    "margin/currencies": lambda asked: [],
    "mix/market/contracts": contracts,
    "spot/market/tickers": tickers,
    "mix/market/tickers": tickers,
    "spot/market/orderbook": _book,
    "mix/market/merge-depth": _book,
    "spot/market/candles": _candles,
    "spot/market/history-candles": _candles,
    "mix/market/candles": _candles,
    "mix/market/history-candles": _candles,
    "mix/market/open-interest": open_interest,
    "mix/market/symbol-price": symbol_price,
    "mix/market/current-fund-rate": funding_rate,
    "mix/market/history-fund-rate": funding_history,
}
