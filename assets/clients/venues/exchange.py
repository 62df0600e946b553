"""A ccxt exchange whose one network method goes through our transport: landed, limited, redacted, replayable."""

import copy
import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from assets.clients import cells as read
from assets.clients.envelope import document, text
from assets.clients.transport import Get, Refused
from assets.clients.venues.failures import NotThere, blocked, explained
from warehouse.catalogue.venues import Instrument, Venue
from warehouse.claims import Reply, UpstreamError

#: ccxt writes such numbers out, digit by digit.
ENORMOUS = re.compile(r'(?<=["\s:,\[])[-+]?\d+(?:\.\d*)?[eE][-+]?\d{4,}(?=["\s,\]}])')
MOST_DECIMALS = 40
#: What tells of every coin at once is asked once a run.
ASKED_ONCE = ('{"type":"metaAndAssetCtxs"}',)


class Precisely:
    """What comes before ccxt's own way to write a number of decimals out, zero by zero, however many are told."""

    def parse_precision(self, precision: str | None) -> str | None:
        if precision is not None and abs(int(precision)) > MOST_DECIMALS:
            raise ValueError(f"a precision of {str(precision)[:80]} decimals")
        told: str | None = super().parse_precision(precision)  # type: ignore[misc]
        return told


class LandingExchange(Precisely):
    """What replaces ccxt's network. It keeps the replies it was given and never opens a connection of its own."""

    venue: Venue
    get: Get
    replies: list[Reply]
    told: dict[str, Reply]
    now_ms: int

    def milliseconds(self) -> int:
        """What ccxt takes for now: the origin's moment, so that the same run asks the same questions."""
        return self.now_ms

    def fetch(
        self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> Any:
        """The decoded reply. Raises UpstreamError, or what ccxt makes of an error that the venue tells."""
        if not url.startswith(f"{self.venue.live}/"):
            raise UpstreamError(self.venue.name, f"ccxt asks {url.partition('?')[0]}, not {self.venue.live}")
        posted = (body or "{}") if method == "POST" else None
        reply = self.told.get(posted or "")
        if reply is None:
            try:
                reply = self.get(url.removeprefix(self.venue.live), expect="json", posted=posted, headers=headers)
            except Refused as error:
                raise blocked(error) from None
            if posted in ASKED_ONCE:
                self.told[posted] = reply
        self.replies.append(reply)
        said, told = document(reply, self.venue.name), text(reply, self.venue.name)
        if found := ENORMOUS.search(told):
            raise UpstreamError(self.venue.name, f"{found[0][:80]} is no number", request=reply.landed.request)
        self.handle_errors(200, "OK", url, method, {}, told, said, headers, body)  # type: ignore[attr-defined]
        return said

    def parse_ohlcvs(self, *_asked: object, **_more: object) -> list[Any]:
        """Nothing: candles are read from the landed reply, and what ccxt makes of it takes as long again."""
        return []


def landing_exchange(venue: Venue, now: datetime) -> Any:
    """A fresh exchange. The import of ccxt takes seconds, so only a job comes here."""
    ccxt = import_module("ccxt")
    kind = type(f"Landing{venue.ccxt_id.title()}", (LandingExchange, getattr(ccxt, venue.ccxt_id)), {})
    options = {"fetchMarkets": {"types": list(venue.market_types)}} if venue.market_types else {}
    exchange = kind({"enableRateLimit": False, "options": options})
    exchange.has["fetchCurrencies"] = False
    exchange.venue, exchange.now_ms, exchange.told = venue, int(now.timestamp() * 1000), {}
    return exchange


class Asking:
    """The questions of one job, and the replies they brought."""

    def __init__(self, venue: Venue, exchange: Any, get: Get) -> None:
        self.venue = venue
        # Shares the loaded markets, but not the replies: ccxt's own state is not safe between threads.
        self._exchange = copy.copy(exchange)
        self._exchange.get, self._exchange.replies = get, []

    @property
    def replies(self) -> list[Reply]:
        return list(self._exchange.replies)

    @property
    def markets(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._exchange.markets or {}
        return found

    def ask(self, question: str, *arguments: object, **params: object) -> tuple[Any, Reply]:
        """What ccxt makes of a question, and the reply it rests on. Raises UpstreamError, whatever ccxt raises."""
        before = len(self._exchange.replies)
        try:
            answer = getattr(self._exchange, question)(*arguments, **params)
        except UpstreamError:
            raise
        except Exception as error:
            raise explained(self.venue, question, error, self._exchange.replies[before:]) from None
        return answer, self._exchange.replies[-1]


class Opened:
    """A venue during one run: its markets are loaded once, and what failed then is not asked again.

    ``now`` is the origin's, or, of recordings, the moment that the venue tells, with the reply that tells it.
    """

    def __init__(self, venue: Venue, now: datetime, *, is_recorded: bool = False) -> None:
        self._venue, self._is_recorded, self._lock = venue, is_recorded, threading.Lock()
        self._exchange: Any = None
        self._failed: UpstreamError | None = None
        self.now = now
        self.time_replies: list[Reply] = []
        self.market_replies: list[Reply] = []

    def asking(self, get: Get) -> Asking:
        with self._lock:
            if self._failed is not None:
                raise self._failed
            if self._exchange is None:
                exchange = landing_exchange(self._venue, self.now)
                exchange.get, exchange.replies = get, []
                try:
                    if self._is_recorded and tells_time(exchange):
                        self._ask_time(exchange, get)
                    asking = Asking(self._venue, exchange, get)
                    asking.ask("load_markets")
                    if not asking.markets:
                        raise NotThere(self._venue.name, "lists no markets at all")
                except UpstreamError as error:
                    self._failed = error
                    raise
                self.market_replies = asking.replies
                self._exchange = asking._exchange
        return Asking(self._venue, self._exchange, get)

    def _ask_time(self, exchange: Any, get: Get) -> None:
        told, reply = Asking(self._venue, exchange, get).ask("fetch_time")
        self.now, self.time_replies = _moment(self._venue, told, reply), [reply]
        exchange.now_ms = int(told)


def tells_time(exchange: Any) -> bool:
    return bool(exchange.has["fetchTime"])


def told_time(venue: Venue, reply: Reply) -> datetime | None:
    """The moment that a landed reply tells, read by ccxt; None where the venue has no answer for it."""
    exchange = landing_exchange(venue, datetime.now(UTC))
    if not tells_time(exchange):
        return None
    told, _ = Asking(venue, exchange, lambda _path, **_expected: reply).ask("fetch_time")
    return _moment(venue, told, reply)


def _moment(venue: Venue, told: Any, reply: Reply) -> datetime:
    try:
        return read.moment(read.number(told) / 1000)
    except ValueError as error:
        raise UpstreamError(venue.name, f"tells no time: {error}", request=reply.landed.request) from None


def listed(asking: Asking, instrument: Instrument) -> Mapping[str, Any]:
    """The venue's own description. Raises UpstreamError when it is not listed or is no longer what is declared."""
    market = asking.markets.get(instrument.symbol)
    if market is None:
        reason = f"does not list {instrument.symbol}"
        if instrument.is_required:
            raise NotThere(asking.venue.name, reason)
        raise UpstreamError(asking.venue.name, reason, absent=True)
    declared, said = instrument.contract_size, market.get("contractSize")
    if instrument.market != "spot" and declared is not None and said != declared:
        reason = f"{instrument.symbol}: the contract is {said} {instrument.size_unit}, declared is {declared}"
        raise UpstreamError(asking.venue.name, reason)
    if bool(market.get("inverse")) != instrument.is_inverse:
        reason = f"{instrument.symbol}: inverse is {market.get('inverse')}, declared is {instrument.is_inverse}"
        raise UpstreamError(asking.venue.name, reason)
    return dict(market)


def told_moment(instrument: Instrument, market: Mapping[str, Any], name: str) -> datetime:
    """``created`` or ``expiry`` of the venue's description; raises UpstreamError when it does not tell that."""
    try:
        return read.moment(read.number(market.get(name)) / 1000)
    except ValueError as error:
        raise UpstreamError(instrument.venue, f"{instrument.symbol}: tells no moment of {name}: {error}") from None
