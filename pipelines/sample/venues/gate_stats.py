"""gate's statistics of a contract: open interest with what was liquidated, and the funding that was paid."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.sample.paths import Floats
from pipelines.sample.venues import derivatives
from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.coins import COINS, DAY, epoch
from pipelines.sample.venues.market import Market

PERIODS = {"5m": 300, "15m": 900, "30m": 1_800, "1h": HOUR, "4h": 4 * HOUR, "1d": DAY}
MOST_STATISTICS, MOST_RATES = 100, 1_000


def statistics(asked: Asked, market: Market) -> list[Any]:
    """Rows from `from` on, oldest first; the latest ones without it. A row's stock is as of its `time`, what was
    liquidated is of the period that ends then."""
    period = PERIODS.get(asked.query.get("interval", "5m"))
    limit = int(asked.number("limit", 30))
    if period is None or not 1 <= limit <= MOST_STATISTICS:
        raise ValueError("invalid argument: interval or limit")
    end = min(asked.at, epoch(COINS[market.coin].ends)) // period
    first = np.ceil(asked.number("from", (end - limit + 1) * period) / period)
    first = max(first, epoch(COINS[market.coin].lists) // period + 1)
    every = np.arange(first, end + 1)[:limit] * period
    return [_row(asked, market, period, at) for at in every.tolist()]


def _row(asked: Asked, market: Market, period: int, at: float) -> dict[str, str]:
    coins = float(derivatives.open_coins(asked.seed, "gate", market.coin, at))
    contracts, mark = round(coins / market.size), price(asked.seed, market.coin, at)
    longs, shorts = _liquidated(asked.seed, market, at - period, at)
    return {
        "time": str(int(at)), "mark_price": market.price_text(mark), "open_interest": str(contracts),
        "open_interest_usd": f"{contracts * market.size * float(market.price_text(mark)):.4f}",
        "long_liq_size": str(round(longs / market.size)), "long_liq_amount": f"{longs:.4f}",
        "long_liq_usd": f"{longs * mark:.4f}", "short_liq_size": str(round(shorts / market.size)),
        "short_liq_amount": f"{shorts:.4f}", "short_liq_usd": f"{shorts * mark:.4f}", "lsr_taker": "1.0",
        "lsr_account": "1.2", "top_lsr_account": "1.1", "top_lsr_size": "1.1",
    }  # fmt: skip


def _liquidated(seed: int, market: Market, first: float, last: float) -> tuple[float, float]:
    """Coins of longs and of shorts closed by force: what open interest lost beyond a per cent in an hour, and dust."""
    hours: Floats = np.arange(first // HOUR * HOUR, last + 1, HOUR)
    stock = derivatives.open_coins(seed, "gate", market.coin, hours)
    lost = np.maximum(-np.diff(stock) - 0.015 * stock[:-1], 0) if len(stock) > 1 else np.zeros(1)
    dust = float(stock[0]) * 2e-4 * (last - first) / HOUR
    share = min(1.0, (last - first) / HOUR)
    return 0.8 * float(lost.sum()) * share + dust, 0.1 * float(lost.sum()) * share + dust


def funding(asked: Asked, market: Market) -> list[Any]:
    """What was paid, newest first."""
    limit = min(int(asked.number("limit", 100)), MOST_RATES)
    first, last = asked.number("from", 0), min(asked.number("to", asked.at), asked.at)
    every = derivatives.payments("gate", market.coin, first, last)[-limit:]
    rates = derivatives.paid(asked.seed, "gate", market.coin, every)
    return [{"r": f"{rate:.8f}", "t": int(at)} for at, rate in zip(every.tolist(), rates.tolist(), strict=True)][::-1]
