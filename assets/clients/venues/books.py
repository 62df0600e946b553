"""One order book as ccxt gives it, as raw arrays with what their sizes count; garbage is refused with a reason.

Nothing is computed here: depth, spread and imbalance belong to the kernel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from itertools import pairwise
from typing import Any

from assets.clients import cells as read
from assets.clients.venues.exchange import Asking, Precisely, listed
from assets.clients.venues.failures import KEPT_OUT_STATUS, explained, kept_out
from warehouse.catalogue.venues import Instrument, SizeUnit, Venue
from warehouse.claims import Reply, UpstreamError


@dataclass(frozen=True, kw_only=True)
class Book:
    """One snapshot, best first, prices in the quote currency and sizes as sent.

    A size times ``contract_size`` is in ``size_unit``. ``stamped_at`` is the venue's time, None where it tells none;
    ``requested_at`` and ``received_at`` are ours. ``limit`` is how many levels a side were asked for.
    """

    venue: str
    market: str
    symbol: str
    requested_at: datetime
    received_at: datetime
    stamped_at: datetime | None
    nonce: int | None
    limit: int
    contract_size: float
    size_unit: SizeUnit
    bid_px: tuple[float, ...]
    bid_qty: tuple[float, ...]
    ask_px: tuple[float, ...]
    ask_qty: tuple[float, ...]


def book(
    venue: Venue,
    instrument: Instrument,
    said: Any,
    market: Mapping[str, Any],
    *,
    limit: int,
    requested_at: datetime,
    received_at: datetime,
) -> Book:
    """A book that can be one. Raises UpstreamError for an empty, one-sided, crossed, unsorted or sizeless one."""
    source = f"{venue.name} book {instrument.symbol}"
    if not isinstance(said, Mapping):
        raise UpstreamError(source, f"not a book: {read.shown(said)}")
    try:
        bid_px, bid_qty = _side(said.get("bids"), "bids", best_first=-1)
        ask_px, ask_qty = _side(said.get("asks"), "asks", best_first=1)
        stamp, nonce = said.get("timestamp"), said.get("nonce")
        stamped_at = read.moment(read.number(stamp) / 1000) if stamp else None
        sequence = int(read.number(nonce)) if nonce else None
    except ValueError as error:
        raise UpstreamError(source, str(error)) from None
    if bid_px[0] >= ask_px[0]:
        raise UpstreamError(source, f"crossed: bid {bid_px[0]:g}, ask {ask_px[0]:g}")
    return Book(
        venue=venue.name,
        market=instrument.market,
        symbol=instrument.symbol,
        requested_at=requested_at,
        received_at=received_at,
        stamped_at=stamped_at,
        nonce=sequence,
        limit=limit,
        contract_size=_contract_size(venue, instrument, market),
        size_unit=instrument.size_unit,
        bid_px=bid_px,
        bid_qty=bid_qty,
        ask_px=ask_px,
        ask_qty=ask_qty,
    )


def ask_book(asking: Asking, instrument: Instrument, limit: int) -> tuple[Book, Reply]:
    """A book through the transport, and the landed reply it rests on."""
    market = listed(asking, instrument)
    said, reply = asking.ask("fetch_order_book", instrument.symbol, limit)
    at, until = reply.landed.requested_at, reply.landed.received_at
    return book(asking.venue, instrument, said, market, limit=limit, requested_at=at, received_at=until), reply


async def poll_book(exchange: Any, venue: Venue, instrument: Instrument, limit: int) -> Book:
    """A book from an exchange of ``ccxt.async_support`` whose markets are loaded; nothing is landed."""
    market = (exchange.markets or {}).get(instrument.symbol)
    if market is None:
        raise UpstreamError(venue.name, f"does not list {instrument.symbol}", absent=not instrument.is_required)
    requested_at = datetime.now(UTC)
    try:
        said = await exchange.fetch_order_book(instrument.symbol, limit)
    except UpstreamError:
        raise
    except Exception as error:
        raise explained(venue, "fetch_order_book", error) from None
    return book(venue, instrument, said, market, limit=limit, requested_at=requested_at, received_at=datetime.now(UTC))


class PollingExchange(Precisely):
    """What comes before ccxt's own reading of a refusal: ccxt takes a 451 for an exchange that is not available now."""

    venue: Venue

    def handle_errors(self, status: int, reason: str, url: str, method: str, *rest: object) -> object:
        if status == KEPT_OUT_STATUS:
            raise kept_out(self.venue.name, f"HTTP {status}: {' '.join(str(rest[1])[:240].split())}", f"{method} {url}")
        return super().handle_errors(status, reason, url, method, *rest)  # type: ignore[misc]


def polling_exchange(venue: Venue, base_url: str, timeout_s: float = 10.0) -> Any:
    """An exchange of ``ccxt.async_support`` at another address; the caller loads its markets and closes it."""
    ccxt = import_module("ccxt.async_support")
    options = {"fetchMarkets": {"types": list(venue.market_types)}} if venue.market_types else {}
    kind = type(f"Polling{venue.ccxt_id.title()}", (PollingExchange, getattr(ccxt, venue.ccxt_id)), {})
    exchange = kind({"enableRateLimit": True, "timeout": timeout_s * 1000, "options": options})
    exchange.has["fetchCurrencies"] = False
    exchange.urls["api"] = _moved(exchange.urls["api"], base_url)
    exchange.venue = venue
    return exchange


def _moved(addresses: Any, base_url: str) -> Any:
    """Every address with another scheme and host: one that is left out would still be asked."""
    if isinstance(addresses, Mapping):
        return {name: _moved(address, base_url) for name, address in addresses.items()}
    _, _, rest = str(addresses).partition("://")
    _, slash, path = rest.partition("/")
    return base_url + slash + path


def _contract_size(venue: Venue, instrument: Instrument, market: Mapping[str, Any]) -> float:
    """What a size is to be multiplied by: the size of a contract where the venue counts contracts."""
    if not venue.counts_contracts or instrument.market == "spot":
        return 1.0
    size = instrument.contract_size or market.get("contractSize")
    if not isinstance(size, int | float) or size <= 0:
        raise UpstreamError(venue.name, f"{instrument.symbol}: counts contracts of unknown size {size!r}")
    return float(size)


def _side(levels: Any, name: str, best_first: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Prices and sizes of one side. Some venues send a third element, which says nothing of size."""
    if not isinstance(levels, Sequence) or not levels:
        raise ValueError(f"{name} are empty")
    if not all(isinstance(level, Sequence) and len(level) >= 2 for level in levels):
        raise ValueError(f"{name} are not all levels of price and size")
    prices = tuple(read.number(level[0]) for level in levels)
    sizes = tuple(read.number(level[1]) for level in levels)
    if min(sizes) <= 0:
        raise ValueError(f"{name} have a size of {min(sizes):g}")
    if min(prices) <= 0 or any((after - before) * best_first <= 0 for before, after in pairwise(prices)):
        raise ValueError(f"{name} are not sorted best first")
    return prices, sizes
