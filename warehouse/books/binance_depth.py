"""Binance depth as it came over the wire: raw captures of REST snapshots and diff messages."""

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse.books.rebuilt import EPOCH, Diff, Levels, Snapshot

#: ``<url> -> <time>: {…}`` (a REST reply), ``<time>: {…}`` or ``<time> {…}`` (a websocket message).
LINE = re.compile(rb"(?:(?P<url>\S+) -> )?(?P<at>\d+(?:\.\d+)?):? (?P<body>\{.*\})\s*$")


def capture_events(paths: Iterable[Path], symbol: str) -> Iterator[Snapshot | Diff]:
    """Snapshots and diffs of a symbol (BTCUSDT) in raw capture files, in the order of their lines.

    A snapshot without a symbol of its own is taken to be this symbol's: such captures have one symbol. Raises
    ValueError on a line of depth that cannot be read.
    """
    wanted = f'"s":"{symbol}"'.encode()
    for path in paths:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                is_diff = b'"depthUpdate"' in line and wanted in line
                if not is_diff and b'"lastUpdateId"' not in line:
                    continue
                if (found := LINE.match(line)) is None:
                    raise ValueError(f"{path.name}: not a line of a capture: {line[:80]!r}")
                received_at, body = _time(found["at"]), json.loads(found["body"])
                if is_diff:
                    yield diff(body.get("data", body), received_at)
                elif found["url"] is None or f"symbol={symbol}&".encode() in found["url"] + b"&":
                    yield snapshot(body, symbol, received_at)


def snapshot(body: dict[str, Any], symbol: str, received_at: datetime) -> Snapshot:
    """A REST depth reply. Spot tells no time of its own: it is ours then."""
    return Snapshot(
        symbol=symbol,
        last=body["lastUpdateId"],
        event_at=_milliseconds(body["E"]) if "E" in body else received_at,
        received_at=received_at,
        limit=max(len(body["bids"]), len(body["asks"])),
        bids=_levels(body["bids"]),
        asks=_levels(body["asks"]),
    )


def diff(body: dict[str, Any], received_at: datetime) -> Diff:
    """A depthUpdate message."""
    return Diff(
        symbol=body["s"],
        first=body["U"],
        last=body["u"],
        previous=body.get("pu"),
        event_at=_milliseconds(body["E"]),
        received_at=received_at,
        bids=_levels(body["b"]),
        asks=_levels(body["a"]),
    )


def _levels(levels: list[list[str]]) -> Levels:
    return tuple((float(level[0]), float(level[1])) for level in levels)


def _milliseconds(count: int) -> datetime:
    return EPOCH + timedelta(milliseconds=count)


def _time(text: bytes) -> datetime:
    """A receive time: seconds with a fraction, or whole milli-, micro- or nanoseconds, told by the number of digits."""
    if b"." in text:
        return EPOCH + timedelta(seconds=float(text))
    return time_of(text.decode())


def time_of(digits: str) -> datetime:
    """Whole milliseconds (13 digits), microseconds (16) or nanoseconds (19) since 1970, cut to microseconds."""
    if len(digits) not in (13, 16, 19):
        raise ValueError(f"not a time since 1970 in ms, us or ns: {digits}")
    return EPOCH + timedelta(microseconds=int(digits[:16].ljust(16, "0")))
