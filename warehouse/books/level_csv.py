"""CSV files with one price level per line, as snapshots and diffs."""

import csv
import gzip
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from warehouse.books.binance_depth import time_of
from warehouse.books.rebuilt import Diff, Levels, Snapshot

Line = dict[str, str]
MESSAGE = ("LastUpdateId", "FirstUpdateId", "FinalUpdateId")


def level_events(path: Path, symbol: str) -> Iterator[Snapshot | Diff]:
    """The messages of a file (gzip or plain), whose levels are consecutive lines with the same update ids.

    Lines before the header that begin with ``#`` are a report; trades and a recorder's own final state are no
    messages of depth. Raises ValueError for another symbol or a line without update ids.
    """
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        depth = (row for row in rows if row.get("EventType") != "trade" and not _is_final(row))
        for _, message in groupby(depth, key=lambda row: tuple(row.get(name) for name in MESSAGE)):
            levels = list(message)
            yield _event(levels, symbol, path)


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
