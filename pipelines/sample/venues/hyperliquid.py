"""hyperliquid, POST `/info`: one address for everything, told apart by the `type` in the JSON body."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pipelines.sample.venues import derivatives
from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR, window
from pipelines.sample.venues.coins import DAY
from pipelines.sample.venues.hyperliquid_markets import contexts, meta, spot_meta
from pipelines.sample.venues.market import Market
from pipelines.sample.venues.markets import find
from pipelines.sample.venues.orderbooks import book
from pipelines.sample.wire.reply import Reply, from_json

STEPS = {"1h": HOUR, "1d": DAY}
MOST_BARS, MOST_RATES, LEVELS = 5_000, 500, 20
Said = dict[str, Any]


def answer(asked: Asked) -> Reply:
    if asked.path != "/info":
        return Reply(b"", 404, "text/plain")
    try:
        said = json.loads(asked.body)
        return from_json(TYPES[said["type"]](asked, said))
    except (LookupError, ValueError, TypeError):
        return _refused()


def _refused() -> Reply:
    return Reply(b"Failed to deserialize the JSON body into the target type", 422, "text/plain; charset=utf-8")


def _market(asked: Asked, coin: str) -> Market | None:
    try:
        return find("hyperliquid", True, coin, asked.at)
    except LookupError:
        return None


def _book(asked: Asked, said: Said) -> Said | None:
    market = _market(asked, said["coin"])
    if market is None:
        return None
    stands, text = book(asked.seed, market, asked.book_at, LEVELS), market.price_text
    sides = ((stands.bid_price, stands.bid_quantity), (stands.ask_price, stands.ask_quantity))
    levels = [
        [
            {"px": text(one), "sz": market.lot_text(quantity), "n": 1 + number % 9}
            for number, (one, quantity) in enumerate(zip(prices.tolist(), quantities.tolist(), strict=True))
        ]
        for prices, quantities in sides
    ]
    return {"coin": market.coin, "time": int(asked.book_at * 1000), "levels": levels}


def _candles(asked: Asked, said: Said) -> list[Any] | None:
    wanted = said["req"]
    market, step = _market(asked, wanted["coin"]), STEPS[wanted["interval"]]
    if market is None:
        return None
    first, last = wanted["startTime"] / 1000, wanted.get("endTime", asked.at * 1000) / 1000
    first = max(first // step * step, asked.at - MOST_BARS * step)
    bars, text = window(asked.seed, market.coin, step, first, last, asked.at), market.price_text
    columns = [market.quoted(getattr(bars, name)).tolist() for name in ("open", "close", "high", "low")]
    return [
        {
            "t": start * 1000, "T": (start + step) * 1000 - 1, "s": market.coin, "i": wanted["interval"],
            "o": text(opened), "c": text(close), "h": text(high), "l": text(low),
            "v": market.lot_text(volume), "n": 100 + start % 977,
        }
        for start, opened, close, high, low, volume in zip(
            bars.start.tolist(), *columns, (bars.volume * market.share).tolist(), strict=True
        )
    ]  # fmt: skip


def _funding(asked: Asked, said: Said) -> list[Any] | None:
    market = _market(asked, said["coin"])
    if market is None:
        return None
    first, last = said["startTime"] / 1000, min(said.get("endTime", asked.at * 1000) / 1000, asked.at)
    hours = derivatives.payments("hyperliquid", market.coin, first - 0.1, last)[: MOST_RATES + 1]
    rates = derivatives.paid(asked.seed, "hyperliquid", market.coin, hours)
    rows = [
        {
            "coin": market.coin, "fundingRate": f"{rate:.10f}", "premium": f"{rate * 4:.10f}",
            "time": int(at) * 1000 + int(at) // HOUR * 37 % 90,  # some milliseconds late, as they come
        }
        for at, rate in zip(hours.tolist(), rates.tolist(), strict=True)
    ]  # fmt: skip
    return [row for row in rows if first * 1000 <= row["time"] <= last * 1000][:MOST_RATES]


TYPES: dict[str, Callable[[Asked, Said], Any]] = {
    "meta": meta,
    "metaAndAssetCtxs": contexts,
    "spotMeta": spot_meta,
    "spotMetaAndAssetCtxs": lambda asked, said: [spot_meta(asked, said), []],
    "perpDexs": lambda asked, said: [None],
    "l2Book": _book,
    "candleSnapshot": _candles,
    "fundingHistory": _funding,
}
