"""A real ccxt exchange that talks to a local server instead of the venue."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

MARKET_TYPES = {
    "okx": ["spot", "swap", "future"],
    "hyperliquid": ["swap"],
    "gate": ["spot", "swap"],
}


def rewritten(urls: Any, base_url: str, hostname: str) -> Any:
    """Every address in a tree of them with scheme and host replaced and its path kept."""
    if isinstance(urls, dict):
        return {name: rewritten(one, base_url, hostname) for name, one in urls.items()}
    return base_url + urlsplit(urls.replace("{hostname}", hostname)).path


def local_ccxt(name: str, base_url: str, asynchronous: bool = False, now_ms: int | None = None) -> Any:
    """The exchange with all its addresses under `<base_url>/venues/<name>`, unlimited in rate.

    With `now_ms` its clock stands there: ccxt builds several windows from its own idea of now.
    """
    if asynchronous:
        import ccxt.async_support as ccxt
    else:
        import ccxt
    exchange = getattr(ccxt, name)({"enableRateLimit": False})
    exchange.urls["api"] = rewritten(exchange.urls["api"], f"{base_url}/venues/{name}", exchange.hostname or "")
    if name in MARKET_TYPES:
        options = exchange.options.get("fetchMarkets")
        exchange.options["fetchMarkets"] = (options if isinstance(options, dict) else {}) | {
            "types": MARKET_TYPES[name]
        }
    if now_ms is not None:
        exchange.milliseconds = lambda: now_ms
        exchange.seconds = lambda: now_ms // 1000
    return exchange
