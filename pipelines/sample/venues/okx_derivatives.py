"""okx's open interest, in contracts, and its funding."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.sample.venues import derivatives
from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.coins import COINS, DAY, epoch
from pipelines.sample.venues.market import Market
from pipelines.sample.venues.markets import find, listed
from pipelines.sample.venues.okx_markets import market_of

Rows = list[Any]
KEPT = {"5m": (300, 3 * DAY), "1H": (HOUR, 5 * DAY), "1D": (DAY, 100 * DAY)}  # period and depth of open interest
FUNDING_KEPT = 92 * DAY


def open_interest(asked: Asked) -> Rows:
    if asked.query.get("instType") != "SWAP":
        raise ValueError(asked.query)
    name = asked.query.get("instId")
    markets = [find("okx", True, name, asked.at)] if name else listed("okx", True, asked.at)
    rows = []
    for market in markets:
        coins = float(derivatives.open_coins(asked.seed, "okx", market.coin, asked.at))
        worth = coins * price(asked.seed, market.coin, asked.at)
        row = {"instId": market.id, "instType": "SWAP", "oi": f"{coins / market.size:.2f}", "oiCcy": f"{coins:.4f}"}
        rows.append(row | {"oiUsd": f"{worth:.2f}", "ts": str(asked.now_ms)})
    return rows


def open_interest_history(asked: Asked) -> Rows:
    market, (period, depth) = market_of(asked), KEPT[asked.query.get("period", "5m")]
    limit = min(int(asked.number("limit", 100)), 100)
    first, last = asked.number("begin", -1) / 1000, asked.number("end", 1e15) / 1000  # both exclusive
    first = max(first, asked.at - depth - 1, epoch(COINS[market.coin].lists))
    every = np.arange(first // period * period + period, min(last - 1e-3, asked.at) + 1e-3, period)[-limit:]
    coins = derivatives.open_coins(asked.seed, "okx", market.coin, every)
    return [
        [str(int(at) * 1000), f"{coin / market.size:.2f}", f"{coin:.4f}", f"{coin * worth:.2f}"]
        for at, coin, worth in zip(
            every.tolist(), coins.tolist(), [price(asked.seed, market.coin, at) for at in every.tolist()], strict=True
        )
    ][::-1]


def funding_rate(asked: Asked) -> Rows:
    named = asked.query.get("instId") != "ANY"
    return [_funding(asked, market) for market in ([market_of(asked)] if named else listed("okx", True, asked.at))]


def _funding(asked: Asked, market: Market) -> dict[str, str]:
    if not market.swap:
        raise LookupError(market.id)
    before, due, after = _around(market.coin, asked.at)
    return {
        "instType": "SWAP", "instId": market.id, "method": "current_period", "formulaType": "noRate",
        "fundingRate": f"{_rate(asked, market, due):.10f}", "fundingTime": str(due * 1000),
        "nextFundingRate": "", "nextFundingTime": str(after * 1000), "settState": "settled",
        "settFundingRate": f"{_rate(asked, market, before):.10f}", "prevFundingTime": str(before * 1000),
        "minFundingRate": "-0.00375", "maxFundingRate": "0.00375", "premium": "", "ts": str(asked.now_ms),
    }  # fmt: skip


def _around(coin: str, at: float) -> tuple[int, int, int]:
    """The last payment and the two to come."""
    every = derivatives.payments("okx", coin, at - 9 * HOUR, at + 17 * HOUR)
    due = int(np.searchsorted(every, at, side="right"))
    return int(every[due - 1]), int(every[due]), int(every[due + 1])


def _rate(asked: Asked, market: Market, at: int) -> float:
    return float(derivatives.paid(asked.seed, "okx", market.coin, np.array([float(at)]))[0])


def funding_history(asked: Asked) -> Rows:
    market, limit = market_of(asked), min(int(asked.number("limit", 100)), 100)
    first, last = asked.number("before", -1) / 1000, asked.number("after", 1e15) / 1000  # both exclusive
    first = max(first + 1e-3, asked.at - FUNDING_KEPT)
    every = derivatives.payments("okx", market.coin, first, min(last - 1e-3, asked.at))[-limit:]
    rates = derivatives.paid(asked.seed, "okx", market.coin, every)
    return [
        {
            "instType": "SWAP", "instId": market.id, "fundingRate": f"{rate:.10f}", "realizedRate": f"{rate:.10f}",
            "fundingTime": str(int(at) * 1000), "method": "current_period", "formulaType": "noRate",
        }
        for at, rate in zip(every.tolist(), rates.tolist(), strict=True)
    ][::-1]  # fmt: skip
