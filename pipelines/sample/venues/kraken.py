"""kraken, `/0/public/...`: spot in US dollars under its own coin names, at most 720 bars, three-element levels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR, window
from pipelines.sample.venues.coins import DAY
from pipelines.sample.venues.kraken_markets import assets, pairs, tickers
from pipelines.sample.venues.market import Market
from pipelines.sample.venues.markets import find
from pipelines.sample.venues.orderbooks import book
from pipelines.sample.wire.reply import Reply, from_json

STEPS = {"60": HOUR, "1440": DAY}
MOST_BARS, MOST_LEVELS = 720, 500


def answer(asked: Asked) -> Reply:
    method = METHODS.get(asked.path.removeprefix("/0/public/"))
    if method is None:
        return from_json({"error": ["EGeneral:Unknown method"]}, 404)
    try:
        return from_json({"error": [], "result": method(asked)})
    except LookupError:
        return from_json({"error": ["EQuery:Unknown asset pair"]})
    except ValueError:
        return from_json({"error": ["EGeneral:Invalid arguments"]})


def _market(asked: Asked) -> Market:
    return find("kraken", False, asked.query.get("pair", ""), asked.at)


def _depth(asked: Asked) -> dict[str, Any]:
    market, count = _market(asked), int(asked.number("count", 100))
    if not 1 <= count <= MOST_LEVELS:
        raise ValueError(count)
    stands, second = book(asked.seed, market, asked.book_at, count), int(asked.book_at)
    sides = (("asks", stands.ask_price, stands.ask_quantity), ("bids", stands.bid_price, stands.bid_quantity))
    return {
        market.id: {
            side: [
                [
                    market.price_text(one),
                    f"{quantity:.3f}" if quantity >= 1 else f"{quantity:.8f}",
                    second - number % 60,
                ]
                for number, (one, quantity) in enumerate(zip(prices.tolist(), quantities.tolist(), strict=True))
            ]
            for side, prices, quantities in sides
        }
    }


def _bars(asked: Asked) -> dict[str, Any]:
    market, step = _market(asked), STEPS.get(asked.query.get("interval", "1"))
    if step is None:
        raise ValueError(asked.query)
    bars = window(asked.seed, market.coin, step, asked.at - MOST_BARS * step, asked.at, asked.at)
    first = int(np.searchsorted(bars.start, asked.number("since", -1), side="right"))
    shown, text = bars.slice(first, len(bars.start)), market.price_text
    columns = [market.quoted(getattr(shown, name)).tolist() for name in ("open", "high", "low", "close")]
    rows = [
        [start, text(opened), text(high), text(low), text(close), text((high + low + close) / 3), f"{volume:.8f}", 50]
        for start, opened, high, low, close, volume in zip(
            shown.start.tolist(), *columns, (shown.volume * market.share).tolist(), strict=True
        )
    ]
    finished = bars.start[-2] if bars.running and len(bars.start) > 1 else bars.start[-1]
    return {market.id: rows, "last": int(finished)}


METHODS: dict[str, Callable[[Asked], Any]] = {
    "Assets": assets,
    "AssetPairs": pairs,
    "Depth": _depth,
    "OHLC": _bars,
    "Ticker": tickers,
    "Time": lambda asked: {"unixtime": int(asked.at)},
    "SystemStatus": lambda asked: {"status": "online"},
}
