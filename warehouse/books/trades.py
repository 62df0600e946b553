"""Trades added up by minute as a capture is read, and the middle of the book when minutes begin."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

MINUTE = timedelta(minutes=1)
#: Longer without a trade or an update, the recorder is taken to have been off; a wrong time must not fill years.
QUIET = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What one message tells of trades: one, or all that an order made at a price, numbered ``first`` to ``last``.

    ``number`` counts the messages of ``stream``. ``is_sale`` says that the buyer's order stood in the book and the
    seller came to it. One that ``is_apart`` did not go through the book: the insurance fund's, or no trade at all.
    ``recording`` names the file that it is in, and that file's SHA-256.
    """

    symbol: str
    stream: Literal["trade", "aggTrade"]
    number: int
    first: int
    last: int
    px: float
    qty: float
    is_sale: bool
    is_apart: bool
    traded_at: datetime
    received_at: datetime
    recording: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Messages of trades are missing after number ``last`` and before ``next``, which is of ``at``."""

    at: datetime
    last: int
    next: int


@dataclass(slots=True, kw_only=True)
class Minute:
    """The trades of one minute: amounts bought and sold by whoever came to the book, each price times size."""

    received_at: datetime
    first: int = 0
    last: int = 0
    trades: int = 0
    bought: float = 0.0
    sold: float = 0.0
    recordings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A minute of which every trade is known; None where nothing was traded in it.

    ``mid_open`` and ``mid_close`` are the middle of the book when it began and ended, None where none was served.
    ``known_at`` is when what came after it had been received: a trade, and an update where there is ``mid_close``.
    """

    minute: datetime
    traded: Minute | None
    mid_open: float | None
    mid_close: float | None
    known_at: datetime


@dataclass
class Minutes:
    """One market's minutes. With ``is_in_quote`` sizes are amounts of the quote currency already.

    A stream that has both kinds of messages tells each trade twice: the kind that comes first is counted. So is a
    number only once, however often it comes; one that comes late is missing.
    """

    is_in_quote: bool = False
    repeated: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    _last: Trade | None = None
    _runs: list[list[datetime]] = field(default_factory=list)
    _traded: dict[datetime, Minute] = field(default_factory=dict)
    _mids: dict[datetime, tuple[float, datetime]] = field(default_factory=dict)

    def trade(self, trade: Trade) -> None:
        """Count the next message of a stream."""
        last, minute = self._last, minute_of(trade.traded_at)
        if last and trade.stream != last.stream:
            return
        if last and trade.number <= last.number:
            self.repeated += 1
            return
        self._last = trade
        if last and trade.number != last.number + 1:
            self.skipped.append(Skipped(trade.traded_at, last.number, trade.number))
        elif last and abs(trade.traded_at - last.traded_at) <= QUIET:
            self._runs[-1][1] = max(minute, self._runs[-1][1])
            self._add(minute, trade)
            return
        self._runs.append([minute, minute])
        self._add(minute, trade)

    def middle(self, mid: float, after: datetime, until: datetime, received_at: datetime) -> None:
        """Remember the book's middle for each minute that began after one update and until the next, when it came."""
        if until - after <= QUIET:
            self._mids.update(dict.fromkeys(_begun(minute_of(after), until), (mid, received_at)))

    def told(self, broken: set[datetime]) -> Iterator[Told]:
        """The minutes between the first and the last trade of each run of numbers, oldest first.

        Those that are ``broken``, as an update of the book is missing in them, have no middle.
        """
        for first, last in self._runs:
            known_at, found = self._traded[last].received_at, []
            for minute in reversed(list(_begun(first, last - MINUTE))):
                found.append(self._told(minute, known_at, minute in broken))
                known_at = self._traded[minute].received_at if minute in self._traded else known_at
            yield from reversed(found)

    def _told(self, minute: datetime, known_at: datetime, is_broken: bool) -> Told:
        ends, traded = minute + MINUTE, self._traded.get(minute)
        mid_open, mid_close = (None, None) if is_broken else (self._mids.get(minute), self._mids.get(ends))
        return Told(
            minute=minute,
            traded=traded if traded and traded.trades else None,
            mid_open=mid_open[0] if mid_open else None,
            mid_close=mid_close[0] if mid_close else None,
            known_at=max(known_at, ends, *([mid_close[1]] if mid_close else [])),
        )

    def _add(self, minute: datetime, trade: Trade) -> None:
        found = self._traded.setdefault(minute, Minute(received_at=trade.received_at))
        if trade.is_apart:
            return
        amount = trade.qty if self.is_in_quote else trade.px * trade.qty
        if not found.trades:
            found.first = trade.first
        if trade.recording not in found.recordings:
            found.recordings.append(trade.recording)
        found.last = trade.last
        found.trades += trade.last - trade.first + 1
        found.sold += amount * trade.is_sale
        found.bought += amount * (not trade.is_sale)


def minute_of(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _begun(minute: datetime, until: datetime) -> Iterator[datetime]:
    """The minutes that begin after one minute, and not after a moment."""
    while (minute := minute + MINUTE) <= until:
        yield minute
