"""Where our ingest's time goes: its steps one after another on one segment, in processor time."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import pyarrow as pa

from bench.books_work import LEVELS_A_BOOK
from warehouse.books import parquet
from warehouse.books.book import SCHEMA, reasons
from warehouse.books.ingest import metrics_of
from warehouse.books.segment import read, segments
from warehouse.store import Store
from warehouse.tables.books import ORDER_BOOK

COMPRESS = "compress, encode and sync"


def measured(spool: Path, repeat: int) -> dict[str, Any]:
    """Median processor seconds of each step for a segment, and how many levels that has."""
    (segment, *_), spent = segments(spool), dict[str, list[float]]()

    def step(name: str, work: Callable[[], Any]) -> Any:
        started = time.process_time()
        result = work()
        spent.setdefault(name, []).append(time.process_time() - started)
        return result

    for _ in range(repeat + 1):
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder, "stages.duckdb"), "bench") as store:
            table = step("read, checksums of frames", lambda: pa.Table.from_batches(read(segment), SCHEMA))
            books = step("order by market and time", lambda table=table: parquet.ordered(table))
            step("refuse what is no book", lambda books=books: reasons(books))
            (day,) = parquet.days(books)
            root = Path(folder)
            step(COMPRESS, lambda root=root, day=day, books=books: parquet.store(root, day, "bench", books))
            rows = pl.DataFrame(step("measure", lambda books=books: metrics_of(books, None)))
            step("rows to DuckDB", lambda store=store, rows=rows: _insert(store, rows))
    seconds = {name: median(each[1:]) for name, each in spent.items()}
    return {"levels": books.num_rows * LEVELS_A_BOOK, "cpu_seconds": seconds}


def _insert(store: Store, rows: pl.DataFrame) -> None:
    with store.transaction():
        store.insert(ORDER_BOOK, rows.select(pl.col(n).cast(kind) for n, kind in ORDER_BOOK.polars_schema.items()))
