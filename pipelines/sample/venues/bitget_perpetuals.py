"""bitget's open interest, in coins, and its funding, paged by number and never by time."""

from __future__ import annotations

from typing import Any

from pipelines.sample.venues import derivatives
from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.bitget_markets import market_of
from pipelines.sample.venues.candles import HOUR

LARGEST_PAGE = 100


def open_interest(asked: Asked) -> dict[str, Any]:
    market = market_of(asked)
    coins = float(derivatives.open_coins(asked.seed, "bitget", market.coin, asked.at))
    return {"openInterestList": [{"symbol": market.id, "size": f"{coins:.4f}"}], "ts": str(asked.now_ms)}


def funding_rate(asked: Asked) -> list[Any]:
    market = market_of(asked)
    due = derivatives.payments("bitget", market.coin, asked.at + 1e-3, asked.at + 9 * HOUR)[:1]
    rate = float(derivatives.paid(asked.seed, "bitget", market.coin, due)[0])
    return [{
        "symbol": market.id, "fundingRate": f"{rate:.8f}", "fundingRateInterval": "8",
        "nextUpdate": str(int(due[0]) * 1000), "minFundingRate": "-0.003", "maxFundingRate": "0.003",
    }]  # fmt: skip


def funding_history(asked: Asked) -> list[Any]:
    """What was paid, newest first, a page at a time."""
    market, size = market_of(asked), min(int(asked.number("pageSize", 20)), LARGEST_PAGE)
    every = derivatives.payments("bitget", market.coin, 0, asked.at)[::-1]
    page = every[(int(asked.number("pageNo", 1)) - 1) * size :][:size]
    rates = derivatives.paid(asked.seed, "bitget", market.coin, page)
    return [
        {"symbol": market.id, "fundingRate": f"{rate:.8f}", "fundingTime": str(int(at) * 1000)}
        for at, rate in zip(page.tolist(), rates.tolist(), strict=True)
    ]
