"""How much of what was to be polled was got: counts per market and hour, in a log beside the spool."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

from warehouse import sealed
from warehouse.tables.books import BOOK_CAPTURE

#: Venue, market and symbol.
Polled = tuple[str, str, str]


def log_of(spool: Path) -> Path:
    """The log of the captures that fill a spool."""
    return spool.with_name("capture.jsonl")


@dataclass
class Count:
    """Polls of one market in one hour: those that brought a book, and why the others did not."""

    served: int = 0
    failures: Counter[str] = field(default_factory=Counter)


@dataclass
class Coverage:
    """The one writer of the log, which has a line per market and hour for each capture that polled it then.

    What is not a line yet is kept in a second file, so that a capture that is killed loses the counts of its last
    seconds only. A line that is written twice after a crash is the same line, ``known_at`` included.
    """

    log: Path
    counts: defaultdict[tuple[Polled, datetime], Count] = field(default_factory=lambda: defaultdict(Count))

    @property
    def kept(self) -> Path:
        return self.log.with_suffix(".kept")

    def __enter__(self) -> Self:
        """Take over what a killed capture left. Only the writer of the spool may come here."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        content = self.log.read_bytes() if self.log.exists() else b""
        if not content.endswith(b"\n") and content:
            os.truncate(self.log, content.rfind(b"\n") + 1)
        if self.kept.exists():
            _append(self.log, self.kept.read_bytes())
            self.kept.unlink()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.counts:
            self.kept.unlink(missing_ok=True)

    def served(self, polled: Polled, tick: datetime) -> None:
        self.counts[polled, _hour(tick)].served += 1

    def failed(self, polled: Polled, tick: datetime, reason: str) -> None:
        self.counts[polled, _hour(tick)].failures[reason] += 1

    def keep(self, now: datetime) -> None:
        """Make what was counted until now survive a crash."""
        partial = self.kept.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        _append(partial, _lines(self.counts, now))
        partial.rename(self.kept)

    def close(self, now: datetime, before: datetime | None = None) -> None:
        """Write the lines of hours that are over; of all when no moment is given."""
        over = {key: count for key, count in self.counts.items() if before is None or key[1] < _hour(before)}
        if not over:
            return
        self.keep(now)
        _append(self.log, _lines(over, now))
        for key in over:
            del self.counts[key]
        self.keep(now)


def read(log: Path) -> pl.DataFrame:
    """The rows of facts.book_capture that a log tells, without a last line that is still being written."""
    frame = pl.DataFrame([line.read(_row) for line in sealed.lines(log)], schema=BOOK_CAPTURE.polars_schema)
    return frame.unique(BOOK_CAPTURE.key, keep="first", maintain_order=True)


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: datetime.fromisoformat(record[name]) for name in ("hour", "known_at")}
    return {name: record[name] for name in BOOK_CAPTURE.polars_schema} | moments


def _hour(tick: datetime) -> datetime:
    return tick.replace(minute=0, second=0, microsecond=0)


def _lines(counts: Mapping[tuple[Polled, datetime], Count], now: datetime) -> bytes:
    lines: Iterable[dict[str, Any]] = (
        {
            "venue": venue,
            "market": market,
            "symbol": symbol,
            "hour": hour.isoformat(),
            "polls_expected": count.served + count.failures.total(),
            "polls_served": count.served,
            "failures": count.failures,
            "known_at": now.isoformat(),
        }
        for ((venue, market, symbol), hour), count in sorted(counts.items(), key=lambda each: each[0])
    )
    return b"".join(map(sealed.sealed, lines))


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
