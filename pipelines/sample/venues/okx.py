"""okx, `/api/v5/...`: pages newest first, swaps in contracts, every number a string."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR, window
from pipelines.sample.venues.coins import DAY
from pipelines.sample.venues.okx_derivatives import funding_history, funding_rate, open_interest, open_interest_history
from pipelines.sample.venues.okx_markets import instruments, market_of, tickers, traded_of
from pipelines.sample.venues.orderbooks import book
from pipelines.sample.wire.reply import Reply, from_json

Rows = list[Any]
BARS = {"1H": HOUR, "1D": DAY, "1Dutc": DAY}
REFUSALS = {"51001": "Instrument ID, Instrument ID code, or Spread ID doesn't exist.", "51000": "Parameter error"}


def answer(asked: Asked) -> Reply:
    rows = ROUTES.get(asked.path.removeprefix("/api/v5/"))
    if rows is None:
        return from_json({"code": "404", "data": [], "msg": "Not Found"}, 404)
    try:
        return from_json({"code": "0", "msg": "", "data": rows(asked)})
    except LookupError:
        return _refused("51001", 200)
    except ValueError:
        return _refused("51000", 400)


def _refused(code: str, status: int) -> Reply:
    return from_json({"code": code, "data": [], "msg": REFUSALS[code]}, status)


def _books(asked: Asked) -> Rows:
    market, size = market_of(asked), int(asked.number("sz", 1))
    if not 1 <= size <= (5_000 if asked.path.endswith("full") else 400):
        raise ValueError(size)
    stands = book(asked.seed, market, asked.book_at, size)
    sides = {
        name: [
            [market.price_text(price_), market.lot_text(quantity), "0", str(1 + number % 7)]
            for number, (price_, quantity) in enumerate(zip(prices.tolist(), quantities.tolist(), strict=True))
        ]
        for name, prices, quantities in (
            ("asks", stands.ask_price, stands.ask_quantity),
            ("bids", stands.bid_price, stands.bid_quantity),
        )
    }
    return [sides | {"ts": str(int(asked.book_at * 1000))}]


def _candles(asked: Asked) -> Rows:
    market, step = traded_of(asked), BARS.get(asked.query.get("bar", "1m"))
    if step is None:
        raise ValueError(asked.query)
    limit = min(int(asked.number("limit", 100)), 300)
    first, last = asked.number("before", -1) / 1000, asked.number("after", 1e15) / 1000  # both exclusive
    if not asked.path.endswith("history-candles"):
        first = max(first, asked.at - 1_440 * step)
    coin = window(asked.seed, market.coin, step, first + 1e-3, last - 1e-3, asked.at)
    bars = market.bars(coin, step, asked.at)
    shown = bars.slice(max(0, len(bars.start) - limit), len(bars.start))
    closes, coins = market.quoted(shown.close), shown.volume * market.share
    text, rows = market.price_text, []
    for start, open_, high, low, close, volume, contracts in zip(
        shown.start.tolist(), market.quoted(shown.open).tolist(), market.quoted(shown.high).tolist(),
        market.quoted(shown.low).tolist(), closes.tolist(), coins.tolist(),
        market.contracts(coins, closes).tolist(), strict=True,
    ):  # fmt: skip
        worth = f"{volume * close:.2f}"
        amounts = [f"{contracts:.2f}", f"{volume:.4f}"] if market.swap else [f"{volume:.6f}", worth]
        prices = [text(open_), text(high), text(low), text(close)]
        rows.append([str(start * 1000), *prices, *amounts, worth, "1"])
    if bars.running and rows:
        rows[-1][-1] = "0"
    return rows[::-1]


ROUTES: dict[str, Callable[[Asked], Rows]] = {
    "public/instruments": instruments,
    "public/open-interest": open_interest,
    "public/funding-rate": funding_rate,
    "public/funding-rate-history": funding_history,
    "public/time": lambda asked: [{"ts": str(asked.now_ms)}],
    "rubik/stat/contracts/open-interest-history": open_interest_history,
    "market/books": _books,
    "market/books-full": _books,
    "market/candles": _candles,
    "market/history-candles": _candles,
    "market/ticker": tickers,
    "market/tickers": tickers,
}
