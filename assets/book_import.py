"""Raw recordings of order books, rebuilt and spooled like a capture of one's own; their trades added up by minute."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from assets import trade_minutes
from assets.coverage import Coverage
from warehouse.books.binance_depth import capture_events
from warehouse.books.level_csv import level_events
from warehouse.books.rebuilt import VENUE, Break, Diff, Market, Snapshot, books_at
from warehouse.books.spool import Spool
from warehouse.books.trades import Minutes, Skipped, Trade, minute_of

#: Books that are stored with one sync.
TOGETHER = 200


@dataclass
class Imported:
    """What came of an import: books stored, ticks with a book and without one, and the missing updates.

    Likewise of its trades: minutes stored, messages that came again, and those that are missing.
    """

    books: int = 0
    served: int = 0
    unserved: int = 0
    breaks: list[Break] = field(default_factory=list)
    minutes: int = 0
    repeated: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def binance_depth(paths: Sequence[Path], market: Market) -> Iterator[Snapshot | Diff | Trade]:
    """Messages as they came over the wire, snapshots among them."""
    return capture_events(paths, market.base + market.quote)


def level_csv(paths: Sequence[Path], market: Market) -> Iterator[Snapshot | Diff]:
    """Files with a line per price level; trades in them are not read."""
    for path in paths:
        yield from level_events(path, market.base + market.quote)


KINDS = {"binance-depth": binance_depth, "level-csv": level_csv}


def import_books(
    events: Iterable[Snapshot | Diff | Trade],
    market: Market,
    *,
    every: timedelta,
    limit: int,
    spool: Spool,
    coverage: Coverage,
    now: datetime,
) -> Imported:
    """Store the book of each tick of exchange time, and each minute of which every trade is known.

    From a missing update to the next snapshot there is none: those ticks are counted as expected and not served.
    Raises ValueError when no message is of this market.
    """
    imported, minutes = Imported(), Minutes(is_in_quote=market.size_unit == "quote")
    books = books_at(_of(market, events), market, every=every, limit=limit, breaks=imported.breaks, minutes=minutes)
    times: list[datetime] = []
    polled = ("", market.market, market.symbol)
    while together := list(islice(books, TOGETHER)):
        spool.append(together, now)
        times += [book.observed_at for book in together]
        polled = (together[0].venue, market.market, market.symbol)
    imported.books = len(times)
    blind = [(each.at, next((t for t in times if t > each.at), None)) for each in imported.breaks]
    tick = min(times, default=now)
    while times and tick <= times[-1]:
        if any(start <= tick and (end is None or tick < end) for start, end in blind):
            imported.unserved += 1
            coverage.failed(polled, tick, "missing update")
        else:
            imported.served += 1
            coverage.served(polled, tick)
        tick += every
    coverage.close(now)
    told = list(minutes.told({minute_of(each.at) for each in imported.breaks}))
    trade_minutes.note(trade_minutes.minutes_of(spool.folder), trade_minutes.rows(told, VENUE, market))
    imported.minutes, imported.repeated, imported.skipped = len(told), minutes.repeated, minutes.skipped
    return imported


def _of(market: Market, events: Iterable[Snapshot | Diff | Trade]) -> Iterator[Snapshot | Diff | Trade]:
    """The events, once a message says that they are this market's: a snapshot alone does not say whose it is."""
    held: list[Snapshot | Diff | Trade] = []
    is_known = False
    for event in events:
        held.append(event)
        is_known = is_known or not isinstance(event, Snapshot)
        if is_known:
            yield from held
            held.clear()
    if held:
        raise ValueError(f"no message of {market.symbol} in these files")
