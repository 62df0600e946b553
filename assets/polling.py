"""One venue while its books are polled: its manners, its failures, and when it is left in peace."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assets.clients.transport import Host
from assets.clients.venues.books import Book, poll_book, polling_exchange
from assets.clients.venues.failures import explained
from warehouse.catalogue.venues import Instrument, Venue
from warehouse.claims import UpstreamError

#: Failures in a row after which a venue is given a pause, and the longest one.
PATIENCE = 3
LONGEST_PAUSE_S = 300.0
#: A venue that says this is given one at once.
TOO_FAST = ("RateLimitExceeded", "DDoSProtection")
#: A book whose stamp is older than this when it arrives is a stale one.
STALE_AFTER = timedelta(seconds=60)
#: Depths that a venue takes, where it does not take any number.
DEPTHS = {
    "deribit": (1, 5, 10, 20, 50, 100, 1000),
    "binanceusdm": (5, 10, 20, 50, 100, 500, 1000),
    "binancecoinm": (5, 10, 20, 50, 100, 500, 1000),
}


def depth(venue: Venue, levels: int | None) -> int:
    """How many levels a side to ask for: what the venue gives, or at least those wanted where it gives them."""
    if levels is None or levels >= venue.book_limit:
        return venue.book_limit
    return next(each for each in DEPTHS.get(venue.name, (levels,)) if each >= levels)


def kind(reason: str) -> str:
    """What went wrong without the numbers in it, so that it can be counted."""
    first, _, rest = reason.partition(": ")
    return rest.partition(": ")[0] if first.startswith(("fetch_", "load_")) and rest else first


@dataclass(eq=False)
class Feed:
    """One market that is polled. ``newest`` is the venue's stamp of its last book."""

    instrument: Instrument
    limit: int
    is_busy: bool = False
    newest: datetime | None = None

    def is_news(self, book: Book, ahead: timedelta | None) -> bool:
        """Whether the book is another one than the last; raises UpstreamError for a stale one.

        ``ahead`` is how far the origin's clock is ahead of ours, None when that is not known.
        """
        if book.stamped_at is None:
            return True
        before, self.newest = self.newest, max(book.stamped_at, self.newest or book.stamped_at)
        source = f"{book.venue} book {book.symbol}"
        if before and book.stamped_at < before:
            raise UpstreamError(source, f"stale: older than the book before, by {before - book.stamped_at}")
        if ahead is not None and book.received_at + ahead - book.stamped_at > STALE_AFTER:
            raise UpstreamError(source, f"stale: stamped {book.stamped_at}")
        return book.stamped_at != before


@dataclass(eq=False)
class Poller:
    """One venue: one exchange, within its limits, which bind no loopback address."""

    venue: Venue
    host: Host
    feeds: list[Feed]
    interval_s: float
    is_open: bool = False
    blocked: str = ""
    failing: str = ""
    _failures: int = 0
    _pauses: int = 0
    _paused_until: float = 0.0
    _next_at: float = 0.0
    _exchange: Any = None
    _turns: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(len(self.feeds) if self.host.is_loopback else self.host.connections)

    async def open(self) -> None:
        """Load the markets, however often it takes, and leave out feeds that are not there."""
        self._exchange = polling_exchange(self.venue, self.host.base_url)
        if self.host.is_loopback:
            self._exchange.enableRateLimit = False
        while not self.is_open and not self.blocked:
            await asyncio.sleep(self._paused_until - time.monotonic())
            try:
                await self._exchange.load_markets()
                if not self._exchange.markets:
                    raise UpstreamError(self.venue.name, "lists no markets at all")
            except UpstreamError as error:
                self.failed(error, is_grave=True)
            except Exception as error:
                self.failed(explained(self.venue, "load_markets", error), is_grave=True)
            else:
                self.feeds = [feed for feed in self.feeds if self._is_to_be_had(feed.instrument)]
                self.is_open, self.failing, self._failures, self._pauses = True, "", 0, 0

    async def close(self) -> None:
        if self._exchange is not None:
            await self._exchange.close()

    async def poll(self, feed: Feed) -> Book:
        """A book. Raises UpstreamError for whatever else comes of it."""
        async with self._turn():
            try:
                book = await poll_book(self._exchange, self.venue, feed.instrument, feed.limit)
            except UpstreamError:
                raise
            except Exception as error:  # a reply of a kind that nobody foresaw
                raise explained(self.venue, "fetch_order_book", error) from None
        return book

    def why_not(self, feed: Feed) -> str:
        """Why a feed is not polled now; empty when it is."""
        if not self.is_open:
            return "markets are not loaded"
        if feed.is_busy:
            return "late: the poll before has no answer yet"
        return "given a pause after failures" if time.monotonic() < self._paused_until else ""

    def succeeded(self) -> None:
        self._failures, self._pauses, self.failing = 0, 0, ""

    def failed(self, error: UpstreamError, is_grave: bool = False) -> None:
        """Count a failure; a venue that fails again and again gets longer and longer pauses, on its own."""
        if error.absent and error.reason.startswith("blocked here"):
            self.blocked = error.reason
            return
        self._failures += 1
        self.failing = kind(error.reason)
        is_grave = is_grave or self.failing in TOO_FAST or self._failures >= PATIENCE
        if is_grave and time.monotonic() >= self._paused_until:
            longest = min(max(self.interval_s, 1.0) * 2**self._pauses, LONGEST_PAUSE_S)
            self._paused_until = time.monotonic() + longest * random.uniform(0.75, 1.0)
            self._pauses = min(self._pauses + 1, 16)

    def _is_to_be_had(self, instrument: Instrument) -> bool:
        """Whether it is listed, and as it is declared: sizes of another contract would be counted wrong."""
        market = self._exchange.markets.get(instrument.symbol)
        if market is None:
            return instrument.is_required  # then each poll says so
        declared, said = instrument.contract_size, market.get("contractSize")
        is_same = instrument.market == "spot" or declared is None or said == declared
        return is_same and bool(market.get("inverse")) == instrument.is_inverse

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with self._turns:
            if not self.host.is_loopback:
                now = time.monotonic()
                self._next_at = max(now, self._next_at) + self.host.min_interval_s
                await asyncio.sleep(self._next_at - self.host.min_interval_s - now)
            yield
