"""From spool to rest: books into Parquet and their metrics into rows, a segment at a time."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from warehouse.books import parquet
from warehouse.books.book import KEY, SCHEMA, TIME, reasons, record_batch
from warehouse.books.gather import taken
from warehouse.books.kernel import Engine, columns, measure
from warehouse.books.segment import read

Given = TypeVar("Given")
Made = TypeVar("Made")
WORKERS = 2
#: Segments under way beyond the one that is waited for, in reading and in writing.
AHEAD = 1
GRAIN = ("venue", "market", "symbol", "observed_at")
SHARED = (*GRAIN, "sequence", "seq_ok")
METRICS = pa.schema(
    [SCHEMA.field(name) for name in (*GRAIN, "sequence")]
    + [pa.field(name, pa.float64()) for name in columns()]
    + [SCHEMA.field("seq_ok"), pa.field("known_at", TIME, nullable=False)]
)


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What became of a segment: its files, a row of metrics per stored book, and what was not stored.

    ``metrics`` has the columns of metrics.order_book, ``sequence`` and ``known_at`` (the receipt); ``refused`` has
    the key of each book that may not be served, and the reason. ``repeated`` counts books that were there already.
    """

    segment: Path
    files: tuple[Path, ...]
    metrics: pa.Table
    refused: pa.Table
    repeated: int


def ingest(segments: Iterable[Path], root: Path, *, engine: Engine | None = None) -> Iterator[Ingested]:
    """Ingest segments in order; when one is yielded its files are on the disk. Doing it again changes nothing.

    Remove a segment only when its metrics are stored too. A few segments are under way at a time, however many there
    are, and so is their memory.
    """
    root.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(WORKERS) as pool:
        prepared = _ahead(pool, _prepared, segments)
        yield from _ahead(pool, partial(_stored, root, engine), _fresh(root, prepared))


def _ahead(pool: Executor, work: Callable[[Given], Made], inputs: Iterable[Given]) -> Iterator[Made]:
    """The results in order, one more being under way than was asked for."""
    waiting: deque[Future[Made]] = deque()
    for each in inputs:
        waiting.append(pool.submit(work, each))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@dataclass(frozen=True)
class _Prepared:
    """A segment's servable books by day in their order at rest, the refused ones' keys, and how many repeat another."""

    segment: Path
    days: dict[date, pa.RecordBatch]
    refused: pa.Table
    repeated: int


def _prepared(segment: Path) -> _Prepared:
    batch = pa.concat_batches([record_batch([]), *read(segment)])
    why = reasons(batch)
    is_servable = why.is_null().to_numpy(zero_copy_only=False)
    keys = pa.Table.from_batches([batch.select(list(KEY))])
    refused = keys.append_column("reason", why).filter(why.is_valid())
    books, repeated = parquet.ordered(batch if is_servable.all() else taken(batch, np.flatnonzero(is_servable)))
    return _Prepared(segment, parquet.days(books), refused, repeated)


def _fresh(root: Path, prepared: Iterable[_Prepared]) -> Iterator[_Prepared]:
    """Without the books that another segment has, be it stored or still being written."""
    pending: deque[tuple[str, dict[date, pa.RecordBatch]]] = deque(maxlen=AHEAD + 1)
    for each in prepared:
        name, days, repeated = each.segment.stem, {}, each.repeated
        for day, books in each.days.items():
            written = [keys[day] for other, keys in pending if other != name and day in keys]
            fresh = parquet.unknown(root, day, name, books, written)
            repeated += books.num_rows - fresh.num_rows
            if fresh.num_rows:
                days[day] = fresh
        pending.append((name, {day: books.select(list(KEY)) for day, books in days.items()}))
        yield replace(each, days=days, repeated=repeated)


def _stored(root: Path, engine: Engine | None, fresh: _Prepared) -> Ingested:
    files = tuple(parquet.store(root, day, fresh.segment.stem, books) for day, books in fresh.days.items())
    metrics = [metrics_of(books, engine) for books in fresh.days.values()]
    pa.default_memory_pool().release_unused()  # else the peak creeps up with the number of segments
    return Ingested(
        segment=fresh.segment,
        files=files,
        metrics=pa.concat_tables([METRICS.empty_table(), *metrics]),
        refused=fresh.refused,
        repeated=fresh.repeated,
    )


def metrics_of(books: pa.RecordBatch, engine: Engine | None) -> pa.Table:
    """The rows of metrics.order_book: of several books of one time, the one with the last sequence."""
    measured = measure(books, engine=engine)
    named = {name: books[name] for name in SHARED} | dict(zip(measured.schema.names, measured.columns, strict=True))
    rows = pa.table(named | {"known_at": books["received_at"]}).select(METRICS.names).cast(METRICS)
    is_superseded = np.append(parquet.repeats(books, GRAIN)[1:], False)
    return rows.filter(pa.array(~is_superseded)) if is_superseded.any() else rows
