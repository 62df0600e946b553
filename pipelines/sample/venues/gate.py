"""gate, `/api/v4/...`: seconds instead of milliseconds, oldest first, perpetuals in quanto contracts."""

from __future__ import annotations

from typing import Any

from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR, Candles, window
from pipelines.sample.venues.coins import DAY
from pipelines.sample.venues.gate_markets import contract, currency, pair, ticker
from pipelines.sample.venues.gate_stats import funding, statistics
from pipelines.sample.venues.market import Market
from pipelines.sample.venues.markets import find, listed
from pipelines.sample.venues.orderbooks import book
from pipelines.sample.wire.reply import Reply, from_json

STEPS = {"1h": HOUR, "1d": DAY}
MOST_BARS = {False: 1_000, True: 2_000}
MOST_LEVELS = {False: 1_000, True: 300}


def answer(asked: Asked) -> Reply:
    try:
        return from_json(_said(asked, asked.path.removeprefix("/api/v4/").split("/")))
    except LookupError:
        if "currency_pair" in asked.query:
            return _refused("INVALID_CURRENCY_PAIR", "Invalid currency pair", 400)
        if "contract" in asked.query or "contracts" in asked.path:
            return _refused("CONTRACT_NOT_FOUND", "Contract not found", 400)
        return _refused("NOT_FOUND", "Resource not found", 404)
    except ValueError as problem:
        return _refused("INVALID_PARAM_VALUE", str(problem), 400)


def _refused(label: str, message: str, status: int) -> Reply:
    return from_json({"label": label, "message": message}, status)


def _said(asked: Asked, path: list[str]) -> Any:
    match path:
        case ["spot", "currencies"]:
            return [currency(market, asked.at) for market in listed("gate", False, asked.at)]
        case ["spot", "currency_pairs"]:
            return [pair(market, asked.at) for market in listed("gate", False, asked.at)]
        case ["futures", "usdt", "contracts"]:
            return [contract(asked, market) for market in listed("gate", True, asked.at)]
        case ["futures", "usdt", "contracts", name]:
            return contract(asked, find("gate", True, name, asked.at))
        case ["margin", "currency_pairs"] | ["futures", "btc", "contracts"] | ["delivery", _, "contracts"]:
            return []
        case ["spot", "time"]:
            return {"server_time": asked.now_ms}
        case ["spot", "tickers"]:
            return [ticker(asked, market) for market in listed("gate", False, asked.at)]
        case ["spot", "order_book"]:
            return _book(asked, find("gate", False, asked.query.get("currency_pair", ""), asked.at))
        case ["spot", "candlesticks"]:
            return _candles(asked, find("gate", False, asked.query.get("currency_pair", ""), asked.at))
    if path[:2] == ["futures", "usdt"] and len(path) == 3 and path[2] in FUTURES:
        return FUTURES[path[2]](asked, find("gate", True, asked.query.get("contract", ""), asked.at))
    raise LookupError("/".join(path))


def _book(asked: Asked, market: Market) -> dict[str, Any]:
    limit = int(asked.number("limit", 10))
    if not 1 <= limit <= MOST_LEVELS[market.swap] or not market.live(asked.at):
        raise ValueError("invalid argument: limit")
    stands = book(asked.seed, market, asked.book_at, limit)
    sides: dict[str, Any] = {}
    for name, prices, quantities in (
        ("asks", stands.ask_price.tolist(), stands.ask_quantity.tolist()),
        ("bids", stands.bid_price.tolist(), stands.bid_quantity.tolist()),
    ):
        texts, pairs = map(market.price_text, prices), quantities
        if market.swap:
            sides[name] = [{"s": int(size), "p": text} for text, size in zip(texts, pairs, strict=True)]
        else:
            sides[name] = [[text, market.lot_text(size)] for text, size in zip(texts, pairs, strict=True)]
    now = round(asked.book_at, 3) if market.swap else int(asked.book_at * 1000)
    return {"id": int(asked.book_at * 10), "current": now, "update": now, **sides}


def _candles(asked: Asked, market: Market) -> list[Any]:
    step, most, bounds = STEPS.get(asked.query.get("interval", "30m")), MOST_BARS[market.swap], {"from", "to"}
    if step is None:
        raise ValueError("invalid argument: interval")
    if "limit" in asked.query and bounds & set(asked.query):
        raise ValueError("limit conflicts with from and to")
    last = asked.number("to", asked.at)
    count = int(asked.number("limit", 100))
    first = asked.number("from", min(last, asked.at) // step * step - (count - 1) * step) // step * step
    if (min(last, asked.at) - first) / step > most:
        raise ValueError(f"Candlestick range too broad. Maximum {most} data points are allowed per request")
    bars = window(asked.seed, market.coin, step, first, last, asked.at)
    return _future_rows(market, bars) if market.swap else _spot_rows(market, bars)


def _columns(market: Market, bars: Candles) -> Any:
    """Start, open, high, low, close (as texts), volume in coins and its worth."""
    text, closes = market.price_text, market.quoted(bars.close)
    prices = [map(text, market.quoted(one).tolist()) for one in (bars.open, bars.high, bars.low)]
    coins = bars.volume * market.share
    worth = (coins * closes).tolist()
    return zip(bars.start.tolist(), *prices, map(text, closes.tolist()), coins.tolist(), worth, strict=True)


def _spot_rows(market: Market, bars: Candles) -> list[Any]:
    rows = [
        [str(start), f"{worth:.4f}", close, high, low, opened, f"{coins:.6f}", "true"]
        for start, opened, high, low, close, coins, worth in _columns(market, bars)
    ]
    if bars.running and rows:
        rows[-1][-1] = "false"
    return rows


def _future_rows(market: Market, bars: Candles) -> list[Any]:
    return [
        {"t": start, "v": int(coins / market.size), "o": opened, "h": high, "l": low, "c": close, "sum": f"{worth:.4f}"}
        for start, opened, high, low, close, coins, worth in _columns(market, bars)
    ]


FUTURES = {"order_book": _book, "candlesticks": _candles, "contract_stats": statistics, "funding_rate": funding}
