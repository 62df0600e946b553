"""Books rebuilt from a snapshot and the diffs after it, by Binance's rules, every update's sequence checked."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from warehouse.books.book import WHOLE, Book
from warehouse.books.trades import Minutes, Trade, minute_of

Levels = tuple[tuple[float, float], ...]
VENUE = "binance"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Diffs kept while there is no snapshot to join them to; older ones can no longer be needed.
KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A REST depth reply: everything up to update ``last``, as deep as ``limit`` (WHOLE when it was not cut)."""

    symbol: str
    last: int
    event_at: datetime
    received_at: datetime
    limit: int
    bids: Levels
    asks: Levels


@dataclass(frozen=True, slots=True)
class Diff:
    """A depth update: new sizes of levels (zero removes one) for the updates ``first`` to ``last``.

    ``previous`` is the last update of the diff before it; spot does not tell it.
    """

    symbol: str
    first: int
    last: int
    previous: int | None
    event_at: datetime
    received_at: datetime
    bids: Levels
    asks: Levels


@dataclass(frozen=True, slots=True)
class Break:
    """Updates are missing: the book is not served from here to the next snapshot.

    ``got`` is what the update says it follows (futures) or begins with (spot), ``expected`` the last update before it.
    """

    at: datetime
    expected: int
    got: int


@dataclass
class Rebuilt:
    """One symbol's book. It is served only while every update since a snapshot has been seen.

    Levels beyond the snapshot's own depth are unknown except where they changed, so they are not told.
    """

    is_spot: bool
    breaks: list[Break] = field(default_factory=list)
    last: int | None = None
    event_at: datetime = EPOCH
    received_at: datetime = EPOCH
    _is_joined: bool = False
    _bids: dict[float, float] = field(default_factory=dict)
    _asks: dict[float, float] = field(default_factory=dict)
    _floor: float = 0.0
    _ceiling: float = 0.0
    _kept: deque[Diff] = field(default_factory=lambda: deque(maxlen=KEPT))

    def apply(self, event: Snapshot | Diff) -> None:
        """Take the next event of the symbol."""
        if isinstance(event, Snapshot):
            self._begin(event)
        else:
            self._advance(event)

    @property
    def is_served(self) -> bool:
        return self.last is not None

    def sides(self, limit: int) -> tuple[Levels, Levels]:
        """The best levels of bids and asks."""
        bids = sorted((level for level in self._bids.items() if level[0] >= self._floor), reverse=True)
        asks = sorted(level for level in self._asks.items() if level[0] <= self._ceiling)
        return tuple(bids[:limit]), tuple(asks[:limit])

    def middle(self) -> float | None:
        """Between the best bid and the best ask; None where there are not both, or they cross."""
        bids, asks = self.sides(1)
        return (bids[0][0] + asks[0][0]) / 2 if bids and asks and bids[0][0] < asks[0][0] else None

    def _begin(self, snapshot: Snapshot) -> None:
        if self.last is not None and snapshot.last <= self.last:
            return  # older than what we have
        self._bids, self._asks = dict(snapshot.bids), dict(snapshot.asks)
        is_cut = snapshot.limit != WHOLE
        self._floor = min(self._bids, default=0.0) if is_cut else 0.0
        self._ceiling = max(self._asks, default=0.0) if is_cut else float("inf")
        self.last, self._is_joined = snapshot.last, False
        self.event_at, self.received_at = snapshot.event_at, snapshot.received_at
        kept = list(self._kept)
        self._kept.clear()
        for diff in kept:
            self._advance(diff)

    def _advance(self, diff: Diff) -> None:
        if self.last is None:
            self._kept.append(diff)
            return
        joint = self.last + self.is_spot  # what the first diff after a snapshot must contain
        if not self._is_joined and diff.last < joint:
            return  # the snapshot has it already
        if self._is_joined:
            follows = diff.first == self.last + 1 if diff.previous is None else diff.previous == self.last
        else:
            follows = diff.first <= joint <= diff.last
        if not follows:
            self.breaks.append(Break(diff.event_at, self.last, diff.first if diff.previous is None else diff.previous))
            self.last = None
            self._kept.append(diff)
            return
        for side, levels in ((self._bids, diff.bids), (self._asks, diff.asks)):
            for px, qty in levels:
                if qty:
                    side[px] = qty
                else:
                    side.pop(px, None)
        self._is_joined, self.last = True, diff.last
        self.event_at, self.received_at = diff.event_at, diff.received_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What a capture does not say of its symbol."""

    market: Literal["spot", "linear", "inverse"]
    symbol: str
    base: str
    quote: str
    contract_size: float = 1.0
    size_unit: Literal["base", "quote"] = "base"
    quote_usd: float | None = None


def books_at(
    events: Iterable[Snapshot | Diff | Trade],
    market: Market,
    *,
    every: timedelta,
    limit: int,
    breaks: list[Break],
    minutes: Minutes,
) -> Iterator[Book]:
    """The book at each tick of exchange time: after the last event before it, if any came since; then the last one.

    Sequence breaks are added to ``breaks``; ticks from a break to the next snapshot have no book. Trades, and the
    book's middle whenever a minute begins, are added to ``minutes``.
    """
    rebuilt = Rebuilt(is_spot=market.market == "spot", breaks=breaks)
    tick, told = EPOCH, None
    for event in events:
        if isinstance(event, Trade):
            minutes.trade(event)
            continue
        due = EPOCH + -((EPOCH - event.event_at) // every) * every  # the first tick at or after the event
        if due > tick and rebuilt.is_served and rebuilt.last != told:
            yield _book(rebuilt, market, limit)
            told = rebuilt.last
        tick = max(tick, due)
        _apply(rebuilt, event, minutes)
    if rebuilt.is_served and rebuilt.last != told:
        yield _book(rebuilt, market, limit)


def _apply(rebuilt: Rebuilt, event: Snapshot | Diff, minutes: Minutes) -> None:
    """Take an event, and the middle before it where a minute began since the last one.

    Only an update that follows tells that the book had not changed until then; a snapshot may come after a hole.
    """
    before, mid = rebuilt.event_at, None
    if rebuilt.is_served and isinstance(event, Diff) and minute_of(event.event_at) > before:
        mid = rebuilt.middle()
    rebuilt.apply(event)
    if mid is not None and rebuilt.last == event.last:
        minutes.middle(mid, before, event.event_at, event.received_at)


def _book(rebuilt: Rebuilt, market: Market, limit: int) -> Book:
    bids, asks = rebuilt.sides(limit)
    return Book(
        venue=VENUE,
        market=market.market,
        symbol=market.symbol,
        base=market.base,
        quote=market.quote,
        observed_at=rebuilt.event_at,
        received_at=rebuilt.received_at,
        sequence=rebuilt.last,
        seq_ok=True,
        contract_size=market.contract_size,
        size_unit=market.size_unit,
        quote_usd=market.quote_usd,
        limit=limit,
        bid_px=[px for px, _ in bids],
        bid_qty=[qty for _, qty in bids],
        ask_px=[px for px, _ in asks],
        ask_qty=[qty for _, qty in asks],
    )
