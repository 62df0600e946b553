"""deribit's funding: paid by the hour, told for eight hours."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.sample.venues import derivatives
from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.deribit_markets import market_of
from pipelines.sample.venues.market import Market

MOST_RATES = 744


def span_of(asked: Asked) -> tuple[float, float]:
    """The seconds asked for; a span that begins after the venue's now is refused."""
    first, last = asked.number("start_timestamp", 0) / 1000, asked.number("end_timestamp", 0) / 1000
    if first > asked.at or last < first:
        raise ValueError("start_timestamp")
    return first, min(last, asked.at)


def _rates(asked: Asked, market: Market, hours: Any) -> Any:
    """What each hour paid."""
    return derivatives.rate_8h(asked.seed, "deribit", market.coin, hours) / 8


def rate_value(asked: Asked) -> float:
    market, (first, last) = market_of(asked), span_of(asked)
    hours = derivatives.payments("deribit", market.coin, first + 1e-3, last)
    return round(float(_rates(asked, market, hours).sum()), 12)


def rate_history(asked: Asked) -> list[Any]:
    market, (first, last) = market_of(asked), span_of(asked)
    hours = derivatives.payments("deribit", market.coin, first, last)[-MOST_RATES:]
    paid = _rates(asked, market, hours[:, None] - HOUR * np.arange(8))
    return [
        {
            "timestamp": int(at) * 1000, "index_price": round(price(asked.seed, market.coin, at), 2),
            "prev_index_price": round(price(asked.seed, market.coin, at - HOUR), 2),
            "interest_8h": round(float(eight), 12), "interest_1h": round(float(one), 12),
        }
        for at, one, eight in zip(hours.tolist(), paid[:, 0], paid.sum(axis=1), strict=True)
    ]  # fmt: skip
