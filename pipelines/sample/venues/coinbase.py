"""coinbase, `/api/v3/brokerage/market/...`: spot in US dollars, bars newest first; `/v2/...` for its currencies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from pipelines.sample.venues.asked import Asked
from pipelines.sample.venues.candles import HOUR, traded, window
from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.coins import DAY
from pipelines.sample.venues.market import Market
from pipelines.sample.venues.markets import find, listed
from pipelines.sample.venues.orderbooks import book
from pipelines.sample.wire.reply import Reply, from_json

STEPS = {"ONE_HOUR": HOUR, "ONE_DAY": DAY}
MOST_BARS, ALL_LEVELS = 350, 1_000
MARKET = "/api/v3/brokerage/market/"


def answer(asked: Asked) -> Reply:
    try:
        if asked.path.startswith("/v2/"):
            return from_json({"data": _currencies(asked, asked.path.removeprefix("/v2/"))})
        if not asked.path.startswith(MARKET):
            raise LookupError(asked.path)
        return from_json(_brokerage(asked, asked.path.removeprefix(MARKET)))
    except LookupError as problem:
        return _refused("NOT_FOUND", f"{problem.args[0]} was not found", 404)
    except ValueError as problem:
        return _refused("INVALID_ARGUMENT", str(problem), 400)


def _refused(code: str, detail: str, status: int) -> Reply:
    return from_json({"error": code, "error_details": detail, "message": detail}, status)


def _brokerage(asked: Asked, path: str) -> dict[str, Any]:
    match path.split("/"):
        case ["product_book"]:
            return _book(asked, find("coinbase", False, asked.query.get("product_id", ""), asked.at))
        case ["products"]:
            wanted = asked.query.get("product_type", "SPOT") == "SPOT"
            products = [_product(asked, market) for market in listed("coinbase", False, asked.at) if wanted]
            return {"products": products, "num_products": len(products)}
        case ["products", name]:
            return _product(asked, find("coinbase", False, name, asked.at))
        case ["products", name, "candles"]:
            return _candles(asked, find("coinbase", False, name, asked.at))
    raise LookupError(path)


def _currencies(asked: Asked, path: str) -> Any:
    coins = sorted({market.coin for market in listed("coinbase", False, asked.at)})
    match path:
        case "currencies":
            return [{"id": "USD", "name": "United States Dollar", "min_size": "0.01"}]
        case "currencies/crypto":
            return [{"asset_id": f"id-{coin}", "code": coin, "name": coin, "type": "crypto"} for coin in coins]
        case "exchange-rates":
            return {
                "currency": "USD",
                "rates": {coin: f"{1 / price(asked.seed, coin, asked.at):.10f}" for coin in coins},
            }
        case "time":
            return {"epoch": int(asked.at), "iso": _iso(asked.at)}
    raise LookupError(path)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _product(asked: Asked, market: Market) -> dict[str, Any]:
    opened, _, _, coins = traded(asked.seed, market.coin, asked.at)
    before, now = market.quoted(np.array([opened, price(asked.seed, market.coin, asked.at)])).tolist()
    live, text = market.live(asked.at), market.price_text
    return {
        "product_id": market.id, "price": text(now), "price_percentage_change_24h": f"{100 * (now / before - 1):.8f}",
        "volume_24h": f"{coins * market.share:.8f}", "base_increment": "0.00000001",
        "quote_increment": text(market.tick), "price_increment": text(market.tick), "quote_min_size": "1",
        "quote_max_size": "150000000", "base_min_size": "0.00000001", "base_max_size": "100000000",
        "base_name": market.coin, "quote_name": "US Dollar", "is_disabled": False, "new": False,
        "status": "online" if live else "delisted", "cancel_only": False, "limit_only": False, "post_only": False,
        "trading_disabled": not live, "auction_mode": False, "product_type": "SPOT", "quote_currency_id": "USD",
        "base_currency_id": market.coin, "fcm_trading_session_details": None, "mid_market_price": "", "alias": "",
        "alias_to": [], "base_display_symbol": market.coin, "quote_display_symbol": "USD", "view_only": False,
        "display_name": market.id, "product_venue": "CBE",
    }  # fmt: skip


def _book(asked: Asked, market: Market) -> dict[str, Any]:
    if not market.live(asked.at):
        raise LookupError(market.id)
    stands = book(asked.seed, market, asked.book_at, int(asked.number("limit", ALL_LEVELS)))
    sides = (("bids", stands.bid_price, stands.bid_quantity), ("asks", stands.ask_price, stands.ask_quantity))
    levels = {
        side: [
            {"price": market.price_text(one), "size": market.lot_text(quantity)}
            for one, quantity in zip(prices.tolist(), quantities.tolist(), strict=True)
        ]
        for side, prices, quantities in sides
    }
    return {"pricebook": {"product_id": market.id, **levels, "time": _iso(asked.book_at)}}


def _candles(asked: Asked, market: Market) -> dict[str, Any]:
    step = STEPS.get(asked.query.get("granularity", ""))
    if step is None:
        raise ValueError("Invalid granularity")
    first, last = asked.number("start", asked.at - 300 * step), asked.number("end", asked.at)
    if (last - first) / step >= MOST_BARS:
        raise ValueError(f"number of candles requested should be less than {MOST_BARS}")
    bars, text = window(asked.seed, market.coin, step, first, last, asked.at), market.price_text
    columns = [market.quoted(getattr(bars, name)).tolist() for name in ("low", "high", "open", "close")]
    rows = [
        {
            "start": str(start), "low": text(low), "high": text(high), "open": text(opened), "close": text(close),
            "volume": f"{volume:.8f}",
        }
        for start, low, high, opened, close, volume in zip(
            bars.start.tolist(), *columns, (bars.volume * market.share).tolist(), strict=True
        )
    ]  # fmt: skip
    return {"candles": rows[::-1]}
