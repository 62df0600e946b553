"""CSV files with one price level per line, as snapshots and diffs."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from warehouse.books.binance_depth import UNREADABLE, time_of
from warehouse.books.rebuilt import Diff, Levels, Snapshot

Line = dict[str, str]
MESSAGE = ("LastUpdateId", "FirstUpdateId", "FinalUpdateId")


def level_events(path: Path, symbol: str) -> Iterator[Snapshot | Diff]:
    """The messages of a file (gzip or plain), whose levels are consecutive lines with the same update ids.

    Lines before the header that begin with ``#`` are a report; trades and a recorder's own final state are no
    messages of depth. Raises ValueError, which names the file, for another symbol or a line that cannot be read.
    """
    for _, message in groupby(_depth(path), key=lambda row: tuple(row.get(name) for name in MESSAGE)):
        levels = list(message)
        try:
            event = _event(levels, symbol, path)
        except UNREADABLE as error:
            told = ",".join(map(str, levels[0].values()))
            raise ValueError(f"{path.name}: a level cannot be read: {error!r}: {told[:80]!r}") from None
        yield event


def _depth(path: Path) -> Iterator[Line]:
    """The lines of depth."""
    try:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            rows = csv.DictReader(line for line in lines if not line.startswith("#"))
            yield from (row for row in rows if row.get("EventType") != "trade" and not _is_final(row))
    except (csv.Error, gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: not a CSV file that can be read to its end: {error}") from None


def _is_final(row: Line) -> bool:
    return row.get("StreamType") == "FINAL_DEPTH_SNAPSHOT"


def _event(levels: list[Line], symbol: str, path: Path) -> Snapshot | Diff:
    head = levels[0]
    bids, asks = _side(levels, "0"), _side(levels, "1")
    if head.get("Symbol") not in (None, "", symbol):
        raise ValueError(f"{path.name} is of {head['Symbol']}, not of {symbol}")
    received_at = time_of(head["TimestampOfReceive"])
    if head.get("LastUpdateId"):
        limit = max(len(bids), len(asks))
        return Snapshot(symbol, int(head["LastUpdateId"]), received_at, received_at, limit, bids, asks)
    if not head.get("FinalUpdateId"):
        raise ValueError(f"{path.name}: a level without update ids: {head}")
    previous = head.get("FinalUpdateIdInLastStream")
    return Diff(
        symbol=symbol,
        first=int(head["FirstUpdateId"]),
        last=int(head["FinalUpdateId"]),
        previous=int(previous) if previous else None,
        event_at=time_of(head["EventTime"]),
        received_at=received_at,
        bids=bids,
        asks=asks,
    )


def _side(levels: list[Line], is_ask: str) -> Levels:
    return tuple((float(row["Price"]), float(row["Quantity"])) for row in levels if row["IsAsk"] == is_ask)
