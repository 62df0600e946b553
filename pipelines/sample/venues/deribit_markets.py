"""deribit's instruments, and what it says of one at a moment: open interest in dollars on inverse ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.sample.venues import derivatives
from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import traded
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.coins import COINS, epoch
from pipelines.sample.venues.futures import Future, find_future, listed_futures
from pipelines.sample.venues.market import Market
from pipelines.sample.venues.markets import find, listed
from pipelines.sample.venues.orderbooks import book

NEVER = 32_503_708_800_000


def market_of(asked: Asked) -> Market:
    return find("deribit", True, asked.query.get("instrument_name", ""), asked.at)


def traded_of(asked: Asked) -> Market:
    """The perpetual or the dated future that is asked for."""
    name = asked.query.get("instrument_name", "")
    return market_of(asked) if name.endswith("-PERPETUAL") else find_future("deribit", name, asked.at)


def instruments(asked: Asked) -> list[Any]:
    perpetuals = [_instrument(market) for market in listed("deribit", True, asked.at)]
    return perpetuals + [_instrument(future) | _dated(future) for future in listed_futures("deribit", asked.at)]


def _instrument(market: Market) -> dict[str, Any]:
    inverse = market.size == 0
    return {
        "kind": "future", "instrument_name": market.id, "base_currency": market.coin, "is_active": True,
        "quote_currency": market.quote, "counter_currency": market.quote, "settlement_period": "perpetual",
        "settlement_currency": market.coin if inverse else market.quote, "tick_size": market.tick,
        "contract_size": market.lot, "min_trade_amount": market.lot, "maker_commission": 0.0,
        "taker_commission": 0.0005, "max_leverage": 50, "expiration_timestamp": NEVER, "state": "open",
        "creation_timestamp": epoch(COINS[market.coin].lists) * 1000,
        "future_type": "reversed" if inverse else "linear", "instrument_type": "reversed" if inverse else "linear",
        "price_index": f"{market.coin}_{market.quote}".lower(),
    }  # fmt: skip


def _dated(future: Future) -> dict[str, Any]:
    """What is other than with a perpetual."""
    return {
        "settlement_period": "month", "creation_timestamp": future.begins * 1000,
        "expiration_timestamp": future.expires * 1000,
    }  # fmt: skip


def currencies(asked: Asked) -> list[Any]:
    coins = [*(market.coin for market in listed("deribit", True, asked.at)), "USDC"]
    return [{"currency": coin, "currency_long": coin, "coin_type": coin, "withdrawal_fee": 0.0} for coin in coins]


def interest(asked: Asked, market: Market) -> float:
    """Open interest as the venue counts it: dollars on inverse perpetuals, coins on linear ones."""
    coins = float(derivatives.open_coins(asked.seed, "deribit", market.coin, asked.at))
    amount = float(market.units(np.array(coins), price(asked.seed, market.coin, asked.at)))
    return round(amount / market.lot) * market.lot


def summary(asked: Asked, market: Market) -> dict[str, Any]:
    opened, high, low, coins = traded(asked.seed, market.coin, asked.at)
    best, last = book(asked.seed, market, asked.book_at, 1), price(asked.seed, market.coin, asked.at)
    o, h, lowest, c = market.quoted(np.array([opened, high, low, last])).round(6).tolist()
    rate = float(derivatives.rate_8h(asked.seed, "deribit", market.coin, asked.at))
    return {
        "instrument_name": market.id, "base_currency": market.coin, "quote_currency": market.quote, "high": h,
        "low": lowest, "last": c, "bid_price": round(float(best.bid_price[0]), 6), "mark_price": c, "mid_price": c,
        "ask_price": round(float(best.ask_price[0]), 6), "estimated_delivery_price": round(last, 2),
        "open_interest": interest(asked, market), "creation_timestamp": asked.now_ms,
        "price_change": round(100 * (c / o - 1), 4), "volume": round(coins * market.share, 4),
        "volume_usd": round(coins * market.share * last, 2), "volume_notional": round(coins * market.share * last, 2),
        "current_funding": round(rate, 8), "funding_8h": round(rate, 8),
    }  # fmt: skip


def summaries(asked: Asked) -> list[Any]:
    coin = asked.query.get("currency", "")
    every = listed("deribit", True, asked.at)
    return [summary(asked, market) for market in every if coin in (market.coin, market.quote)]
