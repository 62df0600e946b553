"""hyperliquid's universe, and the context of each coin in it: open interest in coins, no timestamp."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.sample.venues import derivatives
from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import traded
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.market import Market, five_digits
from pipelines.sample.venues.markets import SIZE_DECIMALS, listed
from pipelines.sample.venues.orderbooks import book

Said = dict[str, Any]


def meta(asked: Asked, said: Said) -> Said:
    coins = [market.coin for market in listed("hyperliquid", True, asked.at)]
    universe = [{"szDecimals": SIZE_DECIMALS[coin], "name": coin, "maxLeverage": 40} for coin in coins]
    return {"universe": universe, "collateralToken": 0}


def contexts(asked: Asked, said: Said) -> list[Any]:
    return [meta(asked, said), [_context(asked, market) for market in listed("hyperliquid", True, asked.at)]]


def _context(asked: Asked, market: Market) -> dict[str, Any]:
    opened, _, _, coins = traded(asked.seed, market.coin, asked.at)
    last, best = price(asked.seed, market.coin, asked.at), book(asked.seed, market, asked.book_at, 1)
    text, volume = market.price_text, coins * market.share
    before, now = (text(one) for one in market.quoted(np.array([opened, last])).tolist())
    interest = derivatives.open_coins(asked.seed, "hyperliquid", market.coin, asked.at)
    rate = derivatives.rate_8h(asked.seed, "hyperliquid", market.coin, asked.at) / 8
    impact = [text(float(best.bid_price[0])), text(float(best.ask_price[0]))]
    return {
        "funding": f"{float(rate):.10f}", "openInterest": market.lot_text(float(interest)), "prevDayPx": before,
        "dayNtlVlm": f"{volume * last:.4f}", "premium": f"{market.off_bps / 1e4:.8f}",
        "oraclePx": five_digits(last), "markPx": now, "midPx": now, "impactPxs": impact,
        "dayBaseVlm": market.lot_text(volume),
    }  # fmt: skip


def spot_meta(asked: Asked, said: Said) -> Said:
    token = {"name": "USDC", "szDecimals": 8, "weiDecimals": 8, "index": 0, "tokenId": "0x0", "isCanonical": True}
    return {"tokens": [token | {"evmContract": None, "fullName": None}], "universe": []}
