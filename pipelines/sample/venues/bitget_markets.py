"""bitget's coins, spot symbols, contracts and tickers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import traded
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.coins import COINS, epoch
from pipelines.sample.venues.market import Market, decimals
from pipelines.sample.venues.markets import find, listed
from pipelines.sample.venues.orderbooks import book

LINEAR = "USDT-FUTURES"


def market_of(asked: Asked) -> Market:
    swap = "/mix/" in asked.path
    if swap and asked.query.get("productType", "").upper() != LINEAR:
        raise ValueError("productType")
    return find("bitget", swap, asked.query.get("symbol", ""), asked.at)


def coins(asked: Asked) -> list[Any]:
    every = [*(market.coin for market in listed("bitget", False, asked.at)), "USDT"]
    return [
        {"coinId": str(number), "coin": coin, "transfer": "true", "chains": []} for number, coin in enumerate(every)
    ]


def symbols(asked: Asked) -> list[Any]:
    return [
        {
            "symbol": market.id, "baseCoin": market.coin, "quoteCoin": market.quote, "minTradeAmount": "0",
            "maxTradeAmount": "900000000000", "takerFeeRate": "0.002", "makerFeeRate": "0.002",
            "pricePrecision": str(decimals(market.tick)), "quantityPrecision": str(decimals(market.lot)),
            "quotePrecision": "8", "status": "online", "minTradeUSDT": "1", "buyLimitPriceRatio": "0.05",
            "sellLimitPriceRatio": "0.05", "offTime": "",
        }
        for market in listed("bitget", False, asked.at)
    ]  # fmt: skip


def contracts(asked: Asked) -> list[Any]:
    if asked.query.get("productType", "").upper() != LINEAR:
        return []
    return [_contract(market) for market in listed("bitget", True, asked.at)]


def _contract(market: Market) -> dict[str, Any]:
    places = decimals(market.tick)
    return {
        "symbol": market.id, "baseCoin": market.coin, "quoteCoin": market.quote, "buyLimitPriceRatio": "0.05",
        "sellLimitPriceRatio": "0.05", "feeRateUpRatio": "0.005", "makerFeeRate": "0.0002", "takerFeeRate": "0.0006",
        "supportMarginCoins": [market.quote], "minTradeNum": market.lot_text(market.lot),
        "priceEndStep": str(round(market.tick * 10**places)), "volumePlace": str(decimals(market.lot)),
        "pricePlace": str(places), "sizeMultiplier": market.lot_text(market.lot), "symbolType": "perpetual",
        "minTradeUSDT": "5", "symbolStatus": "normal", "offTime": "-1", "limitOpenTime": "-1", "deliveryTime": "",
        "deliveryStartTime": "", "launchTime": str(epoch(COINS[market.coin].lists) * 1000), "fundInterval": "8",
        "minLever": "1", "maxLever": "125",
    }  # fmt: skip


def tickers(asked: Asked) -> list[Any]:
    named = "symbol" in asked.query
    every = [market_of(asked)] if named else listed("bitget", "/mix/" in asked.path, asked.at)
    return [_ticker(asked, market) for market in every]


def symbol_price(asked: Asked) -> list[Any]:
    """The price of a perpetual now: here last, index and mark are one."""
    market = market_of(asked)
    now = market.price_text(float(market.quoted(np.array([price(asked.seed, market.coin, asked.at)]))[0]))
    return [{"symbol": market.id, "price": now, "indexPrice": now, "markPrice": now, "ts": str(asked.now_ms)}]


def _ticker(asked: Asked, market: Market) -> dict[str, str]:
    opened, high, low, amount = traded(asked.seed, market.coin, asked.at)
    best, text, last = (
        book(asked.seed, market, asked.book_at, 1),
        market.price_text,
        price(asked.seed, market.coin, asked.at),
    )
    o, h, lowest, c = (text(one) for one in market.quoted(np.array([opened, high, low, last])).tolist())
    volume = amount * market.share
    return {
        "symbol": market.id, "lastPr": c, "open": o, "high24h": h, "low24h": lowest, "ts": str(asked.now_ms),
        "askPr": text(float(best.ask_price[0])), "bidPr": text(float(best.bid_price[0])),
        "askSz": market.lot_text(float(best.ask_quantity[0])), "bidSz": market.lot_text(float(best.bid_quantity[0])),
        "baseVolume": f"{volume:.4f}", "quoteVolume": f"{volume * last:.4f}", "usdtVolume": f"{volume * last:.4f}",
    }  # fmt: skip
