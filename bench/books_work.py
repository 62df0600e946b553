"""Generated books on disk in the forms that the contenders read, and how a contender is timed."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import pyarrow as pa

from bench.books_made import made_books
from warehouse.books.segment import read, segments
from warehouse.books.spool import Spool

LEVELS_A_BOOK = 200


def spooled(folder: Path, levels: int) -> list[Path]:
    """The segments of a spool of generated books."""
    with Spool(folder, max_age_seconds=1e9) as spool:
        for batch in made_books(levels // LEVELS_A_BOOK):
            spool.append(batch, datetime.now(UTC))
    return segments(folder)


def batches(spool: Path) -> Iterator[pa.RecordBatch]:
    for segment in segments(spool):
        yield from read(segment)


def json_lines(spool: Path, path: Path) -> Path:
    """The same books as one JSON object a line, as an exchange client would log them."""
    with path.open("wb") as file:
        for segment in segments(spool):
            frame = pl.DataFrame(pa.Table.from_batches(read(segment)))
            frame.with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")).write_ndjson(file)
    return path


def timed(work: Callable[[Path], Any], folder: Path) -> float:
    """Seconds of one run in an empty folder, with nothing of earlier work left to be written to the disk."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.sync()
    started = time.perf_counter()
    work(folder)
    return time.perf_counter() - started


def rate(spent: list[float], levels: int) -> dict[str, Any]:
    """Median seconds and millions of levels a second."""
    middle = median(spent)
    return {"seconds": middle, "fastest": min(spent), "slowest": max(spent), "m_levels_per_s": levels / middle / 1e6}


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))
