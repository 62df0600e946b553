"""Capture: many books polled at the same fixed times, appended to the spool, and counted.

Plain asyncio: no orchestrator and no database belong here.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from assets.clients.transport import Host
from assets.clients.venues import books
from assets.coverage import Coverage, Polled
from assets.dollar_coins import Rates, rate_instruments
from assets.polling import Feed, Poller, depth, kind
from warehouse.books.book import Book, record_batch
from warehouse.books.segment import SpoolError
from warehouse.books.spool import Spool
from warehouse.catalogue.venues import Instrument, Venue
from warehouse.claims import UpstreamError

#: The longest wait for the venues' markets before the first poll.
OPENING_S = 15.0
#: The part of an interval after which what has arrived is stored, whoever is still awaited.
STORED_AFTER = 0.8
KEPT_EVERY_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to capture: these coins' books at these venues, every so often; until stopped where ``ticks`` is None.

    ``ahead`` is how far the venues' clock is ahead of ours, None when that is not known.
    """

    venues: Mapping[str, tuple[Venue, Host]]
    coins: Sequence[str]
    interval_s: float
    levels: int | None = None
    ticks: int | None = None
    ahead: timedelta | None = timedelta(0)

    def check(self) -> None:
        """Raise ValueError where a coin is to be had nowhere."""
        if missing := [coin for coin in self.coins if all(coin != each.base for each in self._chosen())]:
            raise ValueError(f"{', '.join(missing) or 'no coin'} is not traded at {', '.join(self.venues)}")

    def pollers(self) -> list[Poller]:
        """One per venue that has any of it."""
        quotes = {each.quote for each in self._chosen()}
        found = []
        for venue, host in self.venues.values():
            own = [each for each in self._chosen() if each.venue == venue.name]
            if own:
                instruments = [*own, *rate_instruments(venue, quotes)]
                feeds = [Feed(each, depth(venue, self.levels)) for each in instruments]
                found.append(Poller(venue, host, feeds, self.interval_s))
        return found

    def _chosen(self) -> list[Instrument]:
        return [each for venue, _ in self.venues.values() for each in venue.instruments if each.base in self.coins]


@dataclass
class Progress:
    """How a capture goes."""

    started: float = field(default_factory=time.monotonic)
    ticks: int = 0
    expected: int = 0
    served: int = 0
    stored: int = 0
    lag_s: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    failing: dict[str, str] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)

    @property
    def gaps(self) -> int:
        return self.expected - self.served

    @property
    def books_per_s(self) -> float:
        return self.stored / max(time.monotonic() - self.started, 1e-9)


def market_of(instrument: Instrument) -> Literal["spot", "linear", "inverse"]:
    """The book's name of an instrument's kind of market."""
    return "spot" if instrument.market == "spot" else "inverse" if instrument.is_inverse else "linear"


def spooled(instrument: Instrument, book: books.Book, quote_usd: float | None, ahead: timedelta) -> Book:
    """A polled book as it is stored."""
    received_at = book.received_at + ahead
    return Book(
        venue=book.venue,
        market=market_of(instrument),
        symbol=book.symbol,
        base=instrument.base,
        quote=instrument.quote,
        observed_at=book.stamped_at or received_at,
        received_at=received_at,
        sequence=book.nonce,
        contract_size=book.contract_size,
        size_unit=book.size_unit,
        quote_usd=quote_usd,
        limit=book.limit,
        bid_px=book.bid_px,
        bid_qty=book.bid_qty,
        ask_px=book.ask_px,
        ask_qty=book.ask_qty,
    )


async def capture(
    plan: Plan, spool: Spool, coverage: Coverage, stop: asyncio.Event, tell: Callable[[Progress], None]
) -> Progress:
    """Poll until the plan is done or ``stop`` is set. Books that have arrived are stored, others given up."""
    return await _Capture(plan, spool, coverage, tell).run(stop)


class _Capture:
    def __init__(self, plan: Plan, spool: Spool, coverage: Coverage, tell: Callable[[Progress], None]) -> None:
        self.plan, self.spool, self.coverage, self.tell = plan, spool, coverage, tell
        self.pollers, self.rates, self.progress = plan.pollers(), Rates(), Progress()
        self.ahead = plan.ahead or timedelta(0)
        self.arrived: list[tuple[Feed, books.Book, datetime]] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.kept_at = time.monotonic()

    async def run(self, stop: asyncio.Event) -> Progress:
        record_batch([])  # Arrow's first conversion takes most of a second, which the first ticks would miss
        stopping, opening = asyncio.create_task(stop.wait()), [asyncio.create_task(p.open()) for p in self.pollers]
        try:
            await _unless(stopping, asyncio.wait(opening, timeout=OPENING_S))
            self.progress.started = time.monotonic()
            await self._ticks(stopping)
        finally:
            for task in (*opening, *self.tasks, stopping):
                task.cancel()
            await asyncio.gather(*opening, *self.tasks, stopping, return_exceptions=True)
            await self._store()
            self.coverage.close(datetime.now(UTC) + self.ahead)
            await asyncio.gather(*(poller.close() for poller in self.pollers), return_exceptions=True)
        return self.progress

    async def _ticks(self, stopping: asyncio.Task[bool]) -> None:
        """The times are whole intervals of the clock; one that has passed when its turn comes is a gap."""
        interval, number = self.plan.interval_s, 0
        first = (time.time() // interval + 1) * interval
        while not stopping.done() and (self.plan.ticks is None or number < self.plan.ticks):
            due = first + number * interval
            number += 1
            tick = datetime.fromtimestamp(due, UTC) + self.ahead
            if time.time() > due + interval:
                self._skip(tick)
                continue
            await _unless(stopping, asyncio.sleep(due - time.time()))
            if stopping.done():
                return
            begun = self._begin(tick)
            patience = max(due + STORED_AFTER * interval - time.time(), 0.0)
            if begun:
                await _unless(stopping, asyncio.wait(begun, timeout=patience))
            if not stopping.done():
                await self._finish(tick, is_last=number == self.plan.ticks)

    def _skip(self, tick: datetime) -> None:
        for poller in self._reachable():
            for feed in poller.feeds:
                self._failed(feed, tick, "late: the capture was behind")

    def _begin(self, tick: datetime) -> set[asyncio.Task[None]]:
        begun = set()
        for poller in self._reachable():
            for feed in poller.feeds:
                if why := poller.why_not(feed):
                    self._failed(feed, tick, why)
                    continue
                feed.is_busy = True
                begun.add(task := asyncio.create_task(self._poll(poller, feed, tick)))
                task.add_done_callback(self.tasks.discard)
        self.tasks |= begun
        return begun

    def _reachable(self) -> list[Poller]:
        return [poller for poller in self.pollers if not poller.blocked]

    async def _poll(self, poller: Poller, feed: Feed, tick: datetime) -> None:
        try:
            book = await poller.poll(feed)
            is_news = feed.is_news(book, self.plan.ahead)
        except UpstreamError as error:
            poller.failed(error)
            self._failed(feed, tick, kind(error.reason))
        else:
            poller.succeeded()
            self.progress.lag_s = (book.received_at + self.ahead - tick).total_seconds()
            if is_news:
                self.arrived.append((feed, book, tick))
            else:
                self._served(feed, tick)
        finally:
            feed.is_busy = False

    async def _finish(self, tick: datetime, is_last: bool) -> None:
        if is_last and self.tasks:
            await asyncio.wait(self.tasks, timeout=self.plan.interval_s)
        await self._store()
        now = datetime.now(UTC) + self.ahead
        self.coverage.close(now, before=tick)
        if time.monotonic() - self.kept_at > KEPT_EVERY_S:
            self.coverage.keep(now)
            self.kept_at = time.monotonic()
        self.progress.ticks += 1
        self.progress.failing = {poller.venue.name: poller.failing for poller in self.pollers if poller.failing}
        self.progress.blocked = {poller.venue.name: poller.blocked for poller in self.pollers if poller.blocked}
        self.tell(self.progress)

    async def _store(self) -> None:
        """One append of what has arrived; only what the spool acknowledged was served."""
        arrived, self.arrived = self.arrived, []
        if not arrived:
            return
        for feed, book, _ in arrived:
            self.rates.note(feed.instrument, book)
        batch = [
            spooled(feed.instrument, book, self.rates.usd(feed.instrument.quote, book.received_at), self.ahead)
            for feed, book, _ in arrived
        ]
        try:
            await asyncio.to_thread(self.spool.append, batch, datetime.now(UTC) + self.ahead)
        except SpoolError as error:
            for feed, _, tick in arrived:
                self._failed(feed, tick, f"not stored: {error.__cause__ or error}")
        else:
            self.progress.stored += len(batch)
            for feed, _, tick in arrived:
                self._served(feed, tick)

    def _served(self, feed: Feed, tick: datetime) -> None:
        self.progress.expected += 1
        self.progress.served += 1
        self.coverage.served(_polled(feed), tick)

    def _failed(self, feed: Feed, tick: datetime, reason: str) -> None:
        self.progress.expected += 1
        self.progress.failures[f"{feed.instrument.venue}: {reason}"] += 1
        self.coverage.failed(_polled(feed), tick, reason)


def _polled(feed: Feed) -> Polled:
    return feed.instrument.venue, market_of(feed.instrument), feed.instrument.symbol


async def _unless(stopping: asyncio.Task[bool], work: Awaitable[object]) -> None:
    """Wait for work until told to stop."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({stopping, task}, return_when=asyncio.FIRST_COMPLETED)
    task.cancel()
