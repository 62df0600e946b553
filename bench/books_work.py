"""Generated books on disk in the forms that the contenders read, and how a contender is timed."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
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
#: Given an empty folder, makes ready what needs no time of its own and gives the work that is timed.
Contender = Callable[[Path], AbstractContextManager[Callable[[], Any]]]


def spooled(folder: Path, levels: int) -> Path:
    """A spool of generated books."""
    with Spool(folder, max_age_seconds=1e9) as spool:
        for batch in made_books(levels // LEVELS_A_BOOK):
            spool.append(batch, datetime.now(UTC))
    return folder


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


def timed(contender: Contender, folder: Path) -> float:
    """Seconds of one run in an empty folder, until every file that it left is on the disk."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with contender(folder) as work:
        os.sync()  # nothing of earlier work is left to be written meanwhile
        started = time.perf_counter()
        work()
        _synced(folder)
        return time.perf_counter() - started


def _synced(folder: Path) -> None:
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def rate(spent: list[float], levels: int) -> dict[str, Any]:
    """Median seconds and millions of levels a second."""
    middle = median(spent)
    return {"seconds": middle, "fastest": min(spent), "slowest": max(spent), "m_levels_per_s": levels / middle / 1e6}


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))
