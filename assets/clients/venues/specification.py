"""What a contract is, from a venue's own list of markets, read by ccxt offline from the landed bytes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from assets.clients import cells as read
from assets.clients.venues.exchange import Opened, listed
from assets.clients.venues.shapes import Claim
from warehouse.catalogue.venues import Instrument, Venue
from warehouse.claims import WHOLE_REPLY, Parsed, Reply, UpstreamError
from warehouse.tables.crypto_facts import CONTRACT_SPECIFICATION

SPECIFICATION = "contract_specification"


def specifications(venue: Venue, replies: Sequence[Reply], now: datetime) -> Parsed:
    """One claim per instrument that the venue lists.

    Raises UpstreamError naming both when a contract is not of the declared size.
    """
    landed = {reply.landed.request: reply for reply in replies}

    def again(path: str, *, posted: str | None = None, **_: object) -> Reply:
        request = f"GET {path}" if posted is None else f"POST {path} {posted}"
        if request not in landed:
            raise UpstreamError(venue.name, "its list of markets was landed without this part", request=request)
        return landed[request]

    try:
        asking = Opened(venue, now).asking(again)
        claims = [
            _claim(instrument, listed(asking, instrument), replies[-1])
            for instrument in venue.instruments
            if instrument.symbol in asking.markets
        ]
    except UpstreamError as error:
        request = error.request or replies[-1].landed.request
        raise UpstreamError(error.source, error.reason, request=request, absent=error.absent) from None
    parsed = Parsed()
    parsed.add(CONTRACT_SPECIFICATION, claims, replies[-1])
    return parsed


def _claim(instrument: Instrument, market: Mapping[str, Any], reply: Reply) -> Claim:
    size = 1.0 if instrument.market == "spot" else market.get("contractSize")
    try:
        size = read.number(size)
    except ValueError as error:
        raise UpstreamError(instrument.venue, f"{instrument.symbol}: says no size of a contract: {error}") from None
    return {
        "venue": instrument.venue,
        "market": instrument.market,
        "symbol": instrument.symbol,
        "valid_from": instrument.valid_from,
        "base": instrument.base,
        "quote": instrument.quote,
        "settle": instrument.settle,
        "contract_size": size,
        "size_unit": instrument.size_unit,
        "known_at": reply.landed.received_at,
        "known_at_basis": "observed",
        "locator": WHOLE_REPLY,
    }
