"""Raw recordings of order books, rebuilt and spooled like a capture of one's own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from assets.coverage import Coverage
from warehouse.books.binance_depth import capture_events
from warehouse.books.level_csv import level_events
from warehouse.books.rebuilt import Break, Diff, Market, Snapshot, books_at
from warehouse.books.spool import Spool

#: Books that are stored with one sync.
TOGETHER = 200


@dataclass
class Imported:
    """What came of an import: books stored, ticks with a book and without one, and the missing updates."""

    books: int = 0
    served: int = 0
    unserved: int = 0
    breaks: list[Break] = field(default_factory=list)


def binance_depth(paths: Sequence[Path], market: Market) -> Iterator[Snapshot | Diff]:
    """Messages as they came over the wire, snapshots among them."""
    return capture_events(paths, market.base + market.quote)


def level_csv(paths: Sequence[Path], market: Market) -> Iterator[Snapshot | Diff]:
    """Files with a line per price level."""
    for path in paths:
        yield from level_events(path, market.base + market.quote)


KINDS = {"binance-depth": binance_depth, "level-csv": level_csv}


def import_books(
    events: Iterable[Snapshot | Diff],
    market: Market,
    *,
    every: timedelta,
    limit: int,
    spool: Spool,
    coverage: Coverage,
    now: datetime,
) -> Imported:
    """Store the book of each tick of exchange time.

    From a missing update to the next snapshot there is none: those ticks are counted as expected and not served.
    Raises ValueError when no update is of this market.
    """
    imported = Imported()
    books = books_at(_of(market, events), market, every=every, limit=limit, breaks=imported.breaks)
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
    return imported


def _of(market: Market, events: Iterable[Snapshot | Diff]) -> Iterator[Snapshot | Diff]:
    """The events, once an update says that they are this market's: a snapshot alone does not say whose it is."""
    held: list[Snapshot | Diff] = []
    is_known = False
    for event in events:
        held.append(event)
        is_known = is_known or isinstance(event, Diff)
        if is_known:
            yield from held
            held.clear()
    if held:
        raise ValueError(f"no update of {market.symbol} in these files")
