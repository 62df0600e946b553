"""Recording books: from the spool into Parquet, their metrics and the coverage of the capture into tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from assets import coverage, trade_minutes
from assets.coverage import Coverage, log_of
from warehouse import sealed
from warehouse.books import segment
from warehouse.books.book import SCHEMA
from warehouse.books.ingest import Ingested, ingest, metrics_of
from warehouse.books.segment import SpoolError, segments
from warehouse.books.spool import Spool
from warehouse.claims import WHOLE_REPLY
from warehouse.store import Store, StoreError
from warehouse.tables.books import BOOK_CAPTURE, ORDER_BOOK, TABLES, TRADE_MINUTE
from warehouse.tables.quality import QUARANTINE
from warehouse.verifying.books import wrong_with


@dataclass
class Stored:
    """What an ingestion added to each table, and what it could not read."""

    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys((table.name for table in TABLES), 0))
    segments: int = 0
    restored: int = 0
    repeated: int = 0
    refused: int = 0
    damaged: list[str] = field(default_factory=list)
    waiting: str = ""


def ingest_spool(store: Store, spool: Path, books: Path) -> Stored:
    """Ingest every complete segment and remove it. Killed anywhere and done again, it changes nothing twice.

    The files of a segment are written first, then its rows in one transaction, and then it is removed.
    """
    stored = Stored(waiting=_complete_left(spool))
    stored.restored = restore(store, spool, books)
    while waiting := segments(spool):
        try:
            for each in ingest(waiting, books):
                refused = _refused(each)
                if refused:
                    sealed.append(refused_of(spool), b"".join(map(sealed.sealed, refused)))
                with store.transaction():
                    stored.rows[ORDER_BOOK.name] += store.insert(ORDER_BOOK, _rows(each.metrics))
                    stored.refused += store.insert(QUARANTINE, _quarantined(refused))
                each.segment.unlink()
                stored.segments += 1
                stored.repeated += each.repeated
        except SpoolError:
            if not _leave_aside(spool):
                raise
    stored.damaged = sorted(path.name for path in spool.glob("*.damaged"))
    with store.transaction():
        stored.rows |= record_logs(store, spool)
    return stored


def record_logs(store: Store, spool: Path) -> dict[str, int]:
    """Add what the logs beside the spool tell, inside a transaction; how many rows each table got."""
    told = {
        BOOK_CAPTURE: coverage.read(log_of(spool)),
        TRADE_MINUTE: trade_minutes.read(trade_minutes.minutes_of(spool)),
    }
    return {table.name: store.insert(table, rows) for table, rows in told.items()}


def _complete_left(spool: Path) -> str:
    """Complete what a killed capture left; why that cannot be done now, such as a capture that is under way."""
    if any(spool.glob("*.open")):
        try:
            with Spool(spool), Coverage(log_of(spool)):
                pass
        except SpoolError as error:
            return str(error)
    return ""


def _rows(metrics: pa.Table) -> pl.DataFrame:
    return pl.DataFrame(metrics).select(pl.col(name).cast(kind) for name, kind in ORDER_BOOK.polars_schema.items())


def refused_of(spool: Path) -> Path:
    """The log of the books that may not be served: their segments are gone once they are ingested."""
    return spool.with_name("refused.jsonl")


def _refused(ingested: Ingested) -> list[dict[str, Any]]:
    """Rows of quality.quarantine: polled books lie in segments, not in landing."""
    return [
        {
            "landed_id": f"spool {ingested.segment.stem}",
            "locator": f"{row['venue']} {row['symbol']} {row['observed_at'].isoformat()} {row['sequence']}",
            "source": f"{row['venue']} book {row['symbol']}",
            "field": f"book of {row['observed_at'].isoformat()}",
            "value": WHOLE_REPLY,
            "reason": row["reason"],
            "first_seen_at": row["observed_at"],
            "known_at": row["observed_at"],
        }
        for row in ingested.refused.to_pylist()
    ]


def _quarantined(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=QUARANTINE.polars_schema)
    return frame.unique(QUARANTINE.key, keep="first", maintain_order=True)


def restore(store: Store, spool: Path, books: Path, told: Callable[[int, int], None] = lambda _done, _all: None) -> int:
    """Measure the books at rest again where the table has nothing: it was made anew, or the database is.

    A file is measured as it was when it was written, whole; of two books of one time the file that is older counts.
    ``told`` is called with the number of files that are measured, and of all.
    """
    if store.read(f"from {ORDER_BOOK.name} limit 1").height:
        return 0
    restored, files = 0, sorted(books.glob("date=*/*.parquet"))
    with store.transaction():
        for done, path in enumerate(files, start=1):
            if wrong := wrong_with(path):
                raise StoreError(f"{path}: {wrong}; tidegauge verify --repair mends it or sets it aside")
            for batch in pq.ParquetFile(path).read().combine_chunks().cast(SCHEMA).to_batches():
                restored += store.insert(ORDER_BOOK, _rows(metrics_of(batch, None)))
            told(done, len(files))
        store.insert(QUARANTINE, _quarantined([line.read(_row) for line in sealed.lines(refused_of(spool))]))
    return restored


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: datetime.fromisoformat(record[name]) for name in ("first_seen_at", "known_at")}
    return {name: record[name] for name in QUARANTINE.polars_schema} | moments


def _leave_aside(spool: Path) -> list[Path]:
    """Give segments that cannot be read another name, so that the others can be ingested."""
    found = []
    for path in segments(spool):
        try:
            for _ in segment.read(path):
                pass
        except SpoolError:
            found.append(path.rename(path.with_suffix(".damaged")))
    return found
