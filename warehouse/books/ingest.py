"""From spool to rest: books into Parquet and their metrics into rows, a segment at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
import pyarrow as pa

from warehouse.books import parquet
from warehouse.books.book import KEY, SCHEMA, TIME, reasons
from warehouse.books.gather import taken
from warehouse.books.kernel import Engine, columns, measure
from warehouse.books.segment import read

#: Segments at a time, a thread each: compressing, measuring and reading leave the interpreter alone.
WORKERS = 2
GRAIN = ("venue", "market", "symbol", "observed_at")
BESIDE = ("base", "quote_usd", "sequence")
METRICS = pa.schema(
    [SCHEMA.field(name) for name in (*GRAIN, *BESIDE)]
    + [pa.field(name, pa.float64()) for name in columns()]
    + [SCHEMA.field("seq_ok"), pa.field("known_at", TIME, nullable=False)]
)
Days = dict[date, pa.RecordBatch]


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What became of a segment: its files, a row of metrics per stored book, and what was not stored.

    ``metrics`` has the columns of metrics.order_book; ``known_at`` is the receipt. ``refused`` has the key of each
    book that may not be served, and the reason. ``repeated`` counts books that were there already.
    """

    segment: Path
    files: tuple[Path, ...]
    metrics: pa.Table
    refused: pa.Table
    repeated: int


def ingest(segments: Iterable[Path], root: Path, *, engine: Engine | None = None) -> Iterator[Ingested]:
    """Ingest segments in order; when one is yielded its files are on the disk. Doing it again changes nothing.

    Remove a segment only when its metrics are stored too. In memory are as many segments as there are threads,
    however many are to be ingested.
    """
    root.mkdir(parents=True, exist_ok=True)
    before, being_written = Event(), dict[str, Days]()
    before.set()
    waiting: deque[Future[Ingested]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        for segment in segments:
            turn = _Turn(before, Event(), being_written)
            waiting.append(pool.submit(_ingested, segment, root, turn, engine))
            before = turn.is_over
            if len(waiting) > WORKERS:  # one more than are under way: no thread idles while the caller is busy
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@dataclass(frozen=True)
class _Turn:
    """When a segment may tell what is new in it: after the one before. Keys by day of those that are being written."""

    has_come: Event
    is_over: Event
    being_written: dict[str, Days]


def _ingested(segment: Path, root: Path, turn: _Turn, engine: Engine | None) -> Ingested:
    try:
        servable, refused = _judged(segment)
        books, repeated = parquet.once(servable)
        turn.has_come.wait()
        days = _fresh(root, segment.stem, parquet.days(books), turn.being_written)
    finally:
        turn.is_over.set()
    try:
        files = tuple(parquet.store(root, day, segment.stem, fresh) for day, fresh in days.items())
    finally:
        del turn.being_written[segment.stem]
    metrics = [metrics_of(fresh, engine) for fresh in days.values()]
    pa.default_memory_pool().release_unused()  # else the peak creeps up with the number of segments
    return Ingested(
        segment=segment,
        files=files,
        metrics=pa.concat_tables([METRICS.empty_table(), *metrics]),
        refused=refused,
        repeated=repeated + books.num_rows - sum(fresh.num_rows for fresh in days.values()),
    )


def _judged(segment: Path) -> tuple[pa.RecordBatch, pa.Table]:
    """A segment's servable books in their order at rest, and the refused ones' keys with the reason."""
    books = parquet.ordered(pa.Table.from_batches(read(segment), SCHEMA))
    why = reasons(books)
    refused = pa.Table.from_batches([books.select(list(KEY))]).append_column("reason", why).filter(why.is_valid())
    return taken(books, np.flatnonzero(why.is_null())) if refused.num_rows else books, refused


def _fresh(root: Path, name: str, days: Days, being_written: dict[str, Days]) -> Days:
    """Without the books that another segment has, be it stored or being written; these then are being written too."""
    others = list(being_written.values())  # before the folder is read: one that leaves now is found there
    found = {
        day: parquet.unknown(root, day, name, books, [keys[day] for keys in others if day in keys])
        for day, books in days.items()
    }
    found = {day: books for day, books in found.items() if books.num_rows}
    being_written[name] = {day: books.select(list(KEY)) for day, books in found.items()}
    return found


def metrics_of(books: pa.RecordBatch, engine: Engine | None) -> pa.Table:
    """The rows of metrics.order_book: of several books of one time, the one with the last sequence."""
    measured = measure(books, engine=engine)
    told = {name: books[name] for name in (*GRAIN, *BESIDE, "seq_ok")} | {"known_at": books["received_at"]}
    found = dict(zip(measured.schema.names, measured.columns, strict=True))
    rows = pa.table(told | found).select(METRICS.names).cast(METRICS)
    is_superseded = np.append(parquet.repeats(books, GRAIN)[1:], False)
    return rows.filter(pa.array(~is_superseded)) if is_superseded.any() else rows
