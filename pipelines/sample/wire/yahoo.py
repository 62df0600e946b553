"""`/v8/finance/chart/{symbol}`: daily bars of an index, a fund or a coin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

import numpy as np

from pipelines.sample.calendars import NEW_YORK, clock
from pipelines.sample.paths import Floats
from pipelines.sample.prices import Bars
from pipelines.sample.wire.reply import Reply, from_json
from pipelines.sample.world import World

DAY = 86_400
QUOTES = ("open", "high", "low", "close", "volume")


def answer(world: World, symbol: str, query: Mapping[str, str], at: float) -> Reply:
    if symbol not in world.bars:
        return _refused(404, "Not Found", "No data found, symbol may be delisted")
    if query.get("interval", "1d") != "1d":
        return _refused(422, "Unprocessable Entity", f"Invalid input - interval={query['interval']} is not supported")
    try:
        first, last = int(query.get("period1", int(at) - DAY)), int(query.get("period2", int(at)))
    except ValueError:
        return _refused(422, "Unprocessable Entity", "Invalid input - period1 and period2 are epoch seconds")
    if first >= last:
        return _refused(400, "Bad Request", f"Data doesn't exist for startDate = {first}, endDate = {last}")
    return from_json(
        {
            "chart": {
                "result": [_result(world, symbol, first, last, at, query.get("events", ""))],
                "error": None,
            }
        }
    )


def _refused(status: int, code: str, description: str) -> Reply:
    return from_json({"chart": {"result": None, "error": {"code": code, "description": description}}}, status)


@cache
def _session(day: date, coin: bool) -> tuple[int, int]:
    """When a day's bar opens and when it is final."""
    if coin:
        midnight = int(datetime.combine(day, time(), UTC).timestamp())
        return midnight, midnight + DAY
    return int(clock(day, 9, 30)), int(clock(day, 16, 15))


def _discounts(bars: Bars, known: int) -> Floats:
    """What turns a close into its adjusted close: each dividend paid after it takes its share away."""
    kept = np.ones(known)
    for number, amount in bars.dividends.items():
        if 0 < number < known:
            kept[number] = 1 - amount / bars.close[number - 1]
    grown = np.cumprod(kept)
    discounts: Floats = grown[-1] / grown
    return discounts


def _result(world: World, symbol: str, first: int, last: int, at: float, events: str) -> dict[str, Any]:
    bars, coin = world.bars[symbol], symbol.endswith("-USD")
    sessions = [_session(day, coin) for day in bars.days]
    opened = [opens for opens, _ in sessions if opens <= at]
    known, running = len(opened), bool(opened) and at < sessions[len(opened) - 1][1]
    adjusted = (bars.close[:known] * _discounts(bars, known)).tolist() if known else []
    columns = {name: getattr(bars, name)[:known].tolist() for name in QUOTES}
    if running:  # nothing is known of this session but its open
        opening = columns["open"][-1]
        for name in ("high", "low", "close"):
            columns[name][-1] = opening
        columns["volume"][-1], adjusted[-1], opened[-1] = 0, opening, int(at)
    stamps = [
        stamp if stamp < last or (running and number == known - 1 and last >= sessions[number][0] // DAY * DAY) else -1
        for number, stamp in enumerate(opened)
    ]
    shown = [number for number, stamp in enumerate(stamps) if stamp >= first]
    result: dict[str, Any] = {
        "meta": _meta(symbol, coin, columns["close"], opened, shown, at),
        "indicators": {"quote": [{}], "adjclose": [{}]},
    }
    if not shown:
        return result
    paid = {opened[number]: bars.dividends[number] for number in shown if number in bars.dividends}
    if "div" in events and paid:
        result["events"] = {
            "dividends": {str(stamp): {"amount": amount, "date": stamp} for stamp, amount in paid.items()}
        }

    def cells(column: list[float]) -> list[float | None]:
        return [None if number in bars.gaps else column[number] for number in shown]

    columns["volume"] = [int(value) for value in columns["volume"]]
    result["timestamp"] = [opened[number] for number in shown]
    result["indicators"] = {
        "quote": [{name: cells(column) for name, column in columns.items()}],
        "adjclose": [{"adjclose": cells(adjusted)}],
    }
    return result


def _meta(
    symbol: str, coin: bool, closes: list[float], opened: list[int], shown: list[int], at: float
) -> dict[str, Any]:
    here = datetime.fromtimestamp(at, UTC if coin else NEW_YORK)
    offset = here.utcoffset()
    before = shown[0] - 1 if shown else len(closes) - 1
    return {
        "currency": "USD",
        "symbol": symbol,
        "exchangeName": "CCC" if coin else "SNP" if symbol[0] == "^" else "PCX",
        "fullExchangeName": "CCC" if coin else "SNP" if symbol[0] == "^" else "NYSEArca",
        "instrumentType": "CRYPTOCURRENCY" if coin else "INDEX" if symbol[0] == "^" else "ETF",
        "firstTradeDate": opened[0] if opened else None,
        "regularMarketTime": opened[-1] if opened else int(at),
        "hasPrePostMarketData": symbol[0] != "^" and not coin,
        "gmtoffset": int(offset.total_seconds()) if offset else 0,
        "timezone": here.strftime("%Z"),
        "exchangeTimezoneName": "UTC" if coin else "America/New_York",
        "longName": f"{symbol} (synthetic)",
        "regularMarketPrice": closes[-1] if closes else None,
        "chartPreviousClose": closes[before] if closes and before >= 0 else None,
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": "",
        "validRanges": ["1d", "5d", "1mo", "1y", "5y", "max"],
    }
