"""kraken's assets, pairs and tickers, under its own names."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import traded
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.market import Market, decimals
from pipelines.sample.venues.markets import find, listed
from pipelines.sample.venues.orderbooks import book

ALTERNATIVE = {"BTC": "XBT", "DOGE": "XDG"}
CLASSIC = {"BTC": "XXBT", "ETH": "XETH", "XRP": "XXRP", "DOGE": "XXDG", "LTC": "XLTC", "USD": "ZUSD"}


def _name(coin: str) -> str:
    return ALTERNATIVE.get(coin, coin)


def assets(asked: Asked) -> dict[str, Any]:
    coins = {coin for market in listed("kraken", False, asked.at) for coin in (market.coin, market.quote)}
    return {
        CLASSIC.get(coin, coin): {
            "aclass": "currency", "altname": _name(coin), "decimals": 4 if coin == "USD" else 10,
            "display_decimals": 5, "status": "enabled",
        }
        for coin in sorted(coins)
    }  # fmt: skip


def pairs(asked: Asked) -> dict[str, Any]:
    return {
        market.id: {
            "altname": _name(market.coin) + market.quote, "wsname": f"{_name(market.coin)}/{market.quote}",
            "aclass_base": "currency", "base": CLASSIC.get(market.coin, market.coin), "aclass_quote": "currency",
            "quote": CLASSIC.get(market.quote, market.quote), "lot": "unit", "pair_decimals": decimals(market.tick),
            "cost_decimals": 5, "lot_decimals": 8, "lot_multiplier": 1, "leverage_buy": [], "leverage_sell": [],
            "fees": [[0, 0.4]], "fees_maker": [[0, 0.25]], "ordermin": "0.00005", "costmin": "0.5",
            "tick_size": market.price_text(market.tick), "status": "online",
        }
        for market in listed("kraken", False, asked.at)
    }  # fmt: skip


def tickers(asked: Asked) -> dict[str, Any]:
    named = asked.query.get("pair")
    every = listed("kraken", False, asked.at)
    markets = [find("kraken", False, one, asked.at) for one in named.split(",")] if named else every
    return {market.id: _ticker(asked, market) for market in markets}


def _ticker(asked: Asked, market: Market) -> dict[str, Any]:
    opened, high, low, coins = traded(asked.seed, market.coin, asked.at)
    best, text, volume = book(asked.seed, market, asked.book_at, 1), market.price_text, f"{coins * market.share:.8f}"
    last = price(asked.seed, market.coin, asked.at)
    o, h, lowest, c = (text(one) for one in market.quoted(np.array([opened, high, low, last])).tolist())
    ask, bid = (text(float(one[0])) for one in (best.ask_price, best.bid_price))
    return {
        "a": [ask, "1", "1.000"], "b": [bid, "1", "1.000"], "c": [c, "0.01"], "v": [volume, volume], "p": [c, c],
        "t": [1, 2], "l": [lowest, lowest], "h": [h, h], "o": o,
    }  # fmt: skip
