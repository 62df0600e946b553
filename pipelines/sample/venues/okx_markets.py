"""okx's instruments and tickers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import traded
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.coins import COINS, epoch
from pipelines.sample.venues.futures import Future, find_future, listed_futures
from pipelines.sample.venues.market import Market
from pipelines.sample.venues.markets import find, listed
from pipelines.sample.venues.orderbooks import book

Rows = list[Any]


def market_of(asked: Asked) -> Market:
    name = asked.query.get("instId", "")
    return find("okx", name.endswith("-SWAP"), name, asked.at)


def traded_of(asked: Asked) -> Market:
    """The market or the dated future that is asked for."""
    name = asked.query.get("instId", "")
    return find_future("okx", name, asked.at) if name[-6:].isdecimal() else market_of(asked)


def instruments(asked: Asked) -> Rows:
    kind = asked.query.get("instType")
    if kind == "FUTURES":
        return [_instrument(future) | _dated(future) for future in listed_futures("okx", asked.at)]
    if kind not in ("SPOT", "SWAP"):
        return []
    return [_instrument(market) for market in listed("okx", kind == "SWAP", asked.at)]


def _instrument(market: Market) -> dict[str, str]:
    swap, pair = market.swap, f"{market.coin}-{market.quote}"
    return {
        "instType": "SWAP" if swap else "SPOT", "instId": market.id, "uly": pair if swap else "",
        "instFamily": pair if swap else "", "baseCcy": "" if swap else market.coin,
        "quoteCcy": "" if swap else market.quote, "settleCcy": market.quote if swap else "",
        "ctVal": f"{market.size:g}" if swap else "", "ctMult": "1" if swap else "",
        "ctValCcy": market.coin if swap else "", "ctType": "linear" if swap else "", "alias": "", "category": "1",
        "expTime": "", "lever": "50" if swap else "10", "listTime": str(epoch(COINS[market.coin].lists) * 1000),
        "lotSz": market.lot_text(market.lot), "minSz": market.lot_text(market.lot), "optType": "", "stk": "",
        "state": "live", "tickSz": market.price_text(market.tick), "ruleType": "normal",
    }  # fmt: skip


def _dated(future: Future) -> dict[str, str]:
    """What is other than with a swap."""
    is_inverse = future.size == 0
    return {
        "instType": "FUTURES", "settleCcy": future.coin if is_inverse else future.quote,
        "ctVal": f"{future.usd if is_inverse else future.size:g}", "ctValCcy": "USD" if is_inverse else future.coin,
        "ctType": "inverse" if is_inverse else "linear", "listTime": str(future.begins * 1000),
        "expTime": str(future.expires * 1000), "alias": "quarter",
    }  # fmt: skip


def tickers(asked: Asked) -> Rows:
    if "instId" in asked.query:
        return [_ticker(asked, market_of(asked))]
    return [_ticker(asked, market) for market in listed("okx", asked.query.get("instType") == "SWAP", asked.at)]


def _ticker(asked: Asked, market: Market) -> dict[str, str]:
    opened, high, low, coins = traded(asked.seed, market.coin, asked.at)
    best, text, volume = book(asked.seed, market, asked.book_at, 1), market.price_text, coins * market.share
    last = price(asked.seed, market.coin, asked.at)
    o, h, lowest, c = (text(one) for one in market.quoted(np.array([opened, high, low, last])).tolist())
    return {
        "instType": "SWAP" if market.swap else "SPOT", "instId": market.id, "last": c, "open24h": o, "high24h": h,
        "low24h": lowest, "askPx": text(best.ask_price[0]), "askSz": market.lot_text(best.ask_quantity[0]),
        "bidPx": text(best.bid_price[0]), "bidSz": market.lot_text(best.bid_quantity[0]),
        "vol24h": f"{volume / market.size:.4f}", "volCcy24h": f"{volume if market.swap else volume * last:.4f}",
        "ts": str(asked.now_ms),
    }  # fmt: skip
