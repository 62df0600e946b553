"""gate's currencies, pairs, contracts and tickers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.sample.venues import derivatives
from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR, traded
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.coins import COINS, epoch
from pipelines.sample.venues.market import Market, decimals


def currency(market: Market, at: float) -> dict[str, Any]:
    return {"currency": market.coin, "name": market.coin, "delisted": not market.live(at), "trade_disabled": False}


def pair(market: Market, at: float) -> dict[str, Any]:
    return {
        "id": market.id, "base": market.coin, "base_name": market.coin, "quote": market.quote, "quote_name": "Tether",
        "fee": "0.2", "min_base_amount": "0.000001", "min_quote_amount": "3", "amount_precision": decimals(market.lot),
        "precision": decimals(market.tick), "trade_status": "tradable" if market.live(at) else "untradable",
        "sell_start": 0, "buy_start": epoch(COINS[market.coin].lists), "type": "normal",
    }  # fmt: skip


def contract(asked: Asked, market: Market) -> dict[str, Any]:
    last = price(asked.seed, market.coin, asked.at)
    mark = market.price_text(float(market.quoted(np.array(last))))
    due = derivatives.payments("gate", market.coin, asked.at + 1e-3, asked.at + 9 * HOUR)
    rate = f"{float(derivatives.rate_8h(asked.seed, 'gate', market.coin, due[0] if len(due) else asked.at)):.8f}"
    coins = float(derivatives.open_coins(asked.seed, "gate", market.coin, asked.at))
    return {
        "name": market.id, "type": "direct", "quanto_multiplier": f"{market.size:g}", "mark_type": "index",
        "last_price": mark, "mark_price": mark, "index_price": market.price_text(last), "funding_rate": rate,
        "funding_rate_indicative": rate, "funding_next_apply": int(due[0]) if len(due) else 0,
        "funding_interval": 8 * HOUR, "interest_rate": "0.0003", "order_price_round": market.price_text(market.tick),
        "mark_price_round": market.price_text(market.tick), "order_price_deviate": "0.5", "order_size_min": 1,
        "order_size_max": 1_000_000, "leverage_min": "1", "leverage_max": "100", "maker_fee_rate": "-0.0001",
        "taker_fee_rate": "0.00075", "position_size": round(coins / market.size), "enable_decimal": False,
        "in_delisting": not market.live(asked.at), "status": "trading" if market.live(asked.at) else "delisted",
        "create_time": epoch(COINS[market.coin].lists),
    }  # fmt: skip


def ticker(asked: Asked, market: Market) -> dict[str, Any]:
    _, high, low, coins = traded(asked.seed, market.coin, asked.at)
    now = price(asked.seed, market.coin, asked.at)
    h, lowest, c = (market.price_text(one) for one in market.quoted(np.array([high, low, now])).tolist())
    volume = coins * market.share
    return {
        "currency_pair": market.id, "last": c, "high_24h": h, "low_24h": lowest, "base_volume": f"{volume:.4f}",
        "quote_volume": f"{volume * now:.4f}", "lowest_ask": c, "highest_bid": c, "change_percentage": "0",
    }  # fmt: skip
