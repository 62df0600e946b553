"""What a contract is, from a venue's own list of markets, read by ccxt offline from the landed bytes."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from assets.clients import cells as read
from assets.clients.envelope import document
from assets.clients.venues.exchange import Opened, listed, told_moment
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
        places = _places(venue, replies)
        claims: defaultdict[int, list[Claim]] = defaultdict(list)
        for instrument in (*venue.instruments, *venue.futures(now.date())):
            if instrument.symbol in asking.markets:
                market = listed(asking, instrument)
                # What ccxt puts together from several places, as of Hyperliquid, is in no one row.
                n, locator = places.get(_as_text(market.get("info")), (len(replies) - 1, WHOLE_REPLY))
                claims[n].append(_claim(instrument, market, replies[n], locator))
    except UpstreamError as error:
        request = error.request or replies[-1].landed.request
        raise UpstreamError(error.source, error.reason, request=request, absent=error.absent) from None
    parsed = Parsed()
    for n, told in sorted(claims.items()):
        parsed.add(CONTRACT_SPECIFICATION, told, replies[n])
    return parsed


def _places(venue: Venue, replies: Sequence[Reply]) -> dict[str, tuple[int, str]]:
    """In which reply and where in it each row stands that describes a market, by the row itself."""
    found: dict[str, tuple[int, str]] = {}
    for n, reply in enumerate(replies):
        for pointer, row in _rows(document(reply, venue.name)):
            found.setdefault(_as_text(row), (n, pointer))
    return found


def _rows(said: Any, pointer: str = "", depth: int = 2) -> Iterator[tuple[str, Any]]:
    members = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for name, member in members:
        at = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
        if isinstance(member, dict):
            yield at, member
        if depth > 1:
            yield from _rows(member, at, depth - 1)


def _as_text(row: Any) -> str:
    return json.dumps(row, sort_keys=True)


def _claim(instrument: Instrument, market: Mapping[str, Any], reply: Reply, locator: str) -> Claim:
    size = 1.0 if instrument.market == "spot" else market.get("contractSize")
    try:
        size = read.number(size)
    except ValueError as error:
        raise UpstreamError(instrument.venue, f"{instrument.symbol}: says no size of a contract: {error}") from None
    # What a dated future is was told when it was listed, and it never changes.
    is_dated = instrument.market == "future"
    listed_at = told_moment(instrument, market, "created") if is_dated else None
    return {
        "venue": instrument.venue,
        "market": instrument.market,
        "symbol": instrument.symbol,
        "valid_from": listed_at.date() if listed_at else instrument.valid_from,
        "base": instrument.base,
        "quote": instrument.quote,
        "settle": instrument.settle,
        "contract_size": size,
        "size_unit": instrument.size_unit,
        "expires_at": told_moment(instrument, market, "expiry") if is_dated else None,
        "known_at": listed_at or reply.landed.received_at,
        "known_at_basis": "stamp" if listed_at else "observed",
        "locator": locator,
    }
