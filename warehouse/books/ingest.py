"""From spool to rest: books into Parquet and their metrics into rows, a segment at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from warehouse.books import parquet, spool
from warehouse.books.book import KEY, SCHEMA, TIME, reasons, record_batch
from warehouse.books.gather import taken
from warehouse.books.kernel import Engine, columns, measure

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

    Remove a segment only when its metrics are stored too. While one segment is written the next is read; memory is
    that of two segments, however many there are.
    """
    root.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(1) as ahead:
        waiting: deque[tuple[Path, Future[_Prepared]]] = deque()
        for segment in segments:
            waiting.append((segment, ahead.submit(_prepared, segment)))
            if len(waiting) > 1:
                read, prepared = waiting.popleft()
                yield _stored(read, root, prepared.result(), engine)
        for read, prepared in waiting:
            yield _stored(read, root, prepared.result(), engine)


@dataclass(frozen=True)
class _Prepared:
    """A segment's servable books in their order at rest, the refused ones' keys, and how many repeat another."""

    books: pa.RecordBatch
    refused: pa.Table
    repeated: int


def _prepared(segment: Path) -> _Prepared:
    batch = pa.concat_batches([record_batch([]), *spool.read(segment)])
    why = reasons(batch)
    is_servable = why.is_null().to_numpy(zero_copy_only=False)
    keys = pa.Table.from_batches([batch.select(list(KEY))])
    refused = keys.append_column("reason", why).filter(why.is_valid())
    servable = batch if is_servable.all() else taken(batch, np.flatnonzero(is_servable))
    books, repeated = parquet.ordered(servable)
    return _Prepared(books, refused, repeated)


def _stored(segment: Path, root: Path, prepared: _Prepared, engine: Engine | None) -> Ingested:
    files, metrics, repeated = [], [METRICS.empty_table()], prepared.repeated
    for day, books in parquet.days(prepared.books).items():
        fresh = parquet.unknown(root, day, segment.stem, books)
        repeated += books.num_rows - fresh.num_rows
        if fresh.num_rows:
            files.append(parquet.store(root, day, segment.stem, fresh))
            metrics.append(_metrics(fresh, engine))
    return Ingested(
        segment=segment,
        files=tuple(files),
        metrics=pa.concat_tables(metrics),
        refused=prepared.refused,
        repeated=repeated,
    )


def _metrics(books: pa.RecordBatch, engine: Engine | None) -> pa.Table:
    """The rows of metrics.order_book: of several books of one time, the one with the last sequence."""
    measured = measure(books, engine=engine)
    named = {name: books[name] for name in SHARED} | dict(zip(measured.schema.names, measured.columns, strict=True))
    rows = pa.table(named | {"known_at": books["received_at"]}).select(METRICS.names).cast(METRICS)
    is_superseded = np.append(parquet.repeats(books, GRAIN)[1:], False)
    return rows.filter(pa.array(~is_superseded)) if is_superseded.any() else rows
