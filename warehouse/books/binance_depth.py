"""Binance depth and trades as they came over the wire: raw captures of REST snapshots and messages."""

import gzip
import json
import math
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse import checksums
from warehouse.books.rebuilt import EPOCH, Diff, Levels, Snapshot
from warehouse.books.trades import Trade

#: ``<url> -> <time>: {…}`` (a REST reply), ``<time>: {…}`` or ``<time> {…}`` (a websocket message).
LINE = re.compile(rb"(?:(?P<url>\S+) -> )?(?P<at>\d+(?:\.\d+)?):? (?P<body>\{.*\})\s*$")
#: What comes of a line that is none, or not of the shape it should have.
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


def capture_events(paths: Iterable[Path], symbol: str) -> Iterator[Snapshot | Diff | Trade]:
    """Snapshots, diffs and trades of a symbol (BTCUSDT) in raw capture files, in the order of their lines.

    A snapshot without a symbol of its own is taken to be this symbol's: such captures have one symbol. Raises
    ValueError, which names file and line, on a line of these that cannot be read.
    """
    for path in paths:
        recording = f"{path.name} {checksums.of_file(path)}"
        for number, line in _lines(path):
            try:
                event = _event(line, symbol, recording)
            except UNREADABLE as error:
                raise ValueError(f"{path.name}: line {number} cannot be read: {error!r}: {line[:80]!r}") from None
            if event:
                yield event


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with gzip.open(path, "rb") as lines:
            yield from enumerate(lines, start=1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path.name}: not a gzip file that can be read to its end: {error}") from None


def _event(line: bytes, symbol: str, recording: str) -> Snapshot | Diff | Trade | None:
    """What a line tells of the depth or the trades of a symbol, if anything."""
    is_diff = b'"depthUpdate"' in line
    is_trade = b'"e":"trade"' in line or b'"e":"aggTrade"' in line
    is_its_own = (is_diff or is_trade) and f'"s":"{symbol}"'.encode() in line
    if not is_its_own and b'"lastUpdateId"' not in line:
        return None
    if (found := LINE.match(line)) is None:
        raise ValueError("not a line of a capture")
    received_at, body = _time(found["at"]), json.loads(found["body"])
    if is_its_own:
        body = body.get("data", body)
        return diff(body, received_at) if is_diff else trade(body, received_at, recording)
    if found["url"] is None or f"symbol={symbol}&".encode() in found["url"] + b"&":
        return snapshot(body, symbol, received_at)
    return None


def snapshot(body: dict[str, Any], symbol: str, received_at: datetime) -> Snapshot:
    """A REST depth reply. Spot tells no time of its own: it is ours then."""
    return Snapshot(
        symbol=symbol,
        last=_number(body["lastUpdateId"]),
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
        first=_number(body["U"]),
        last=_number(body["u"]),
        previous=_number(body["pu"]) if body.get("pu") is not None else None,
        event_at=_milliseconds(body["E"]),
        received_at=received_at,
        bids=_levels(body["b"]),
        asks=_levels(body["a"]),
    )


def trade(body: dict[str, Any], received_at: datetime, recording: str) -> Trade:
    """A trade or aggTrade message. Futures say in ``X`` what was no trade of the book; of nothing it is 0 at 0."""
    is_one = body["e"] == "trade"
    number = _number(body["t" if is_one else "a"])
    px, qty, is_apart = float(body["p"]), float(body["q"]), body.get("X", "MARKET") != "MARKET"
    if type(body["m"]) is not bool or not (is_apart or (0 < px < math.inf and 0 < qty < math.inf)):
        raise ValueError(f"a trade of {body['q']} at {body['p']} with m={body['m']}")
    return Trade(
        symbol=body["s"],
        stream="trade" if is_one else "aggTrade",
        number=number,
        first=number if is_one else _number(body["f"]),
        last=number if is_one else _number(body["l"]),
        px=px,
        qty=qty,
        is_sale=body["m"],
        is_apart=is_apart,
        traded_at=_milliseconds(body["T"]),
        received_at=received_at,
        recording=recording,
    )


def _levels(levels: list[list[str]]) -> Levels:
    return tuple((float(level[0]), float(level[1])) for level in levels)


def _number(told: object) -> int:
    """The number of an update or of a trade."""
    if type(told) is not int:
        raise ValueError(f"a message has the number {str(told)[:80]!r}")
    return told


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
