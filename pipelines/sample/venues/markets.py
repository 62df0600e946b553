"""What each venue lists, and how much of each coin's trading happens there."""

from __future__ import annotations

from functools import cache

from pipelines.sample.venues.market import Market

MAJORS = ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LINK", "AVAX", "LTC", "DOT", "BNB", "TRX", "EOS")
TICKS = {
    "BTC": 0.1, "ETH": 0.01, "SOL": 1e-3, "XRP": 1e-4, "ADA": 1e-5, "DOGE": 1e-6, "LINK": 1e-4, "AVAX": 1e-3,
    "LTC": 0.01, "DOT": 1e-3, "BNB": 0.01, "TRX": 1e-6, "EOS": 1e-4, "WBTC": 0.1, "USDC": 1e-4, "USDT": 1e-4,
}  # fmt: skip
# What may stand within 100 bps on one side of an ordinary spot book, US dollars.
DEPTH_USD = {
    "BTC": 1.2e7, "ETH": 8e6, "SOL": 4e6, "XRP": 3e6, "ADA": 1e6, "DOGE": 1.5e6, "LINK": 8e5, "AVAX": 7e5, "LTC": 7e5,
    "DOT": 5e5, "BNB": 2e6, "TRX": 1e6, "EOS": 2e5, "WBTC": 5e5, "USDC": 5e6, "USDT": 5e6,
}  # fmt: skip
CONTRACTS = {
    "okx": {"BTC": 0.01, "ETH": 0.1, "SOL": 1, "XRP": 100, "ADA": 100, "DOGE": 1000, "LINK": 1, "AVAX": 1, "LTC": 1,
            "DOT": 1, "BNB": 0.01, "TRX": 1000, "EOS": 10},
    "gate": {"BTC": 1e-4, "ETH": 0.01, "SOL": 1, "XRP": 10, "ADA": 10, "DOGE": 10, "LINK": 1, "AVAX": 1, "LTC": 0.1,
             "DOT": 1, "BNB": 1e-3, "TRX": 100, "EOS": 1},
}  # fmt: skip
SIZE_DECIMALS = {"BTC": 5, "ETH": 4, "SOL": 2, "XRP": 0, "ADA": 0, "DOGE": 0, "LINK": 1, "AVAX": 2, "LTC": 2, "DOT": 1,
                 "BNB": 3, "TRX": 0}  # fmt: skip
KRAKEN = {"BTC": "XXBTZUSD", "ETH": "XETHZUSD", "XRP": "XXRPZUSD", "DOGE": "XDGUSD", "LTC": "XLTCZUSD",
          "USDT": "USDTZUSD"}  # fmt: skip


def _spot(venue: str, coin: str, id: str, quote: str, *terms: float) -> Market:
    lot = 1.0 if coin in ("USDC", "USDT") else 10.0 ** (-8 if venue in ("kraken", "coinbase") else -6)
    return Market(venue, id, coin, quote, False, TICKS[coin], lot, 1.0, *terms)


def _swap(venue: str, coin: str, id: str, quote: str, tick: float, lot: float, size: float, *terms: float) -> Market:
    return Market(venue, id, coin, quote, True, tick, lot, size, *terms)


def _all() -> list[Market]:
    found: list[Market] = []
    for coin in (*MAJORS, "WBTC", "USDC"):
        found.append(_spot("okx", coin, f"{coin}-USDT", "USDT", 0.0, 0.11, 1.0, 0.15))
        found.append(_spot("gate", coin, f"{coin}_USDT", "USDT", 0.3, 0.05, 0.6, 0.5))
        found.append(_spot("bitget", coin, f"{coin}USDT", "USDT", 0.2, 0.04, 0.5, 0.4))
    for coin in MAJORS:
        contract = CONTRACTS["okx"][coin], CONTRACTS["gate"][coin]
        found.append(
            _swap("okx", coin, f"{coin}-USDT-SWAP", "USDT", TICKS[coin], 0.01, contract[0], -2.5, 0.3, 2.2, 0.1)
        )
        found.append(_swap("gate", coin, f"{coin}_USDT", "USDT", TICKS[coin], 1.0, contract[1], -2.2, 0.14, 1.2, 0.3))
        found.append(_swap("bitget", coin, f"{coin}USDT", "USDT", TICKS[coin], 1e-3, 1.0, -2.4, 0.1, 1.0, 0.3))
    for coin, places in SIZE_DECIMALS.items():
        found.append(_swap("hyperliquid", coin, coin, "USDC", 0.0, 10.0**-places, 1.0, -3.0, 0.12, 1.3, 0.2))
    for coin, tick, amount in (("BTC", 0.5, 10.0), ("ETH", 0.05, 1.0)):
        found.append(_swap("deribit", coin, f"{coin}-PERPETUAL", "USD", tick, amount, 0.0, -2.8, 0.03, 1.5, 0.4))
    for coin in ("SOL", "XRP"):
        id = f"{coin}_USDC-PERPETUAL"
        found.append(_swap("deribit", coin, id, "USDC", TICKS[coin], 0.1, 1.0, -2.6, 0.01, 0.4, 1.5))
    for coin in (*MAJORS, "WBTC", "USDT"):
        found.append(_spot("kraken", coin, KRAKEN.get(coin, f"{coin}USD"), "USD", 0.8, 0.02, 0.5, 0.6))
    found.append(_spot("kraken", "USDC", "USDCUSDT", "USDT", 0.8, 0.02, 0.5, 0.6))
    for coin in (*(one for one in MAJORS if one not in ("BNB", "TRX")), "USDT"):
        found.append(_spot("coinbase", coin, f"{coin}-USD", "USD", 1.1, 0.07, 1.4, 0.4))
    return found


@cache
def _by_venue() -> dict[tuple[str, bool], dict[str, Market]]:
    grouped: dict[tuple[str, bool], dict[str, Market]] = {}
    for market in _all():
        grouped.setdefault((market.venue, market.swap), {})[market.id] = market
    return grouped


def listed(venue: str, swap: bool, at: float) -> list[Market]:
    """The instruments a venue shows at a moment."""
    return [market for market in _by_venue()[venue, swap].values() if market.shown(at)]


def find(venue: str, swap: bool, id: str, at: float) -> Market:
    """The instrument; raises LookupError when the venue does not show it at the moment."""
    market = _by_venue().get((venue, swap), {}).get(id)
    if market is None or not market.shown(at):
        raise LookupError(id)
    return market
