"""Books at rest: one immutable Parquet file per ingested batch and day, ordered by market and time."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse import checksums
from warehouse.books.book import KEY, LEVELS, SCHEMA, Bools, Ints
from warehouse.books.gather import taken
from warehouse.books.segment import sync_folder
from warehouse.naming import naming

#: A market's books follow one another, so that compression meets the levels that did not change again; dictionaries
#: would hide them. One row group and large pages for the same reason: a segment is small enough. Beyond level 4
#: compression takes twice as long for a tenth less. Nobody looks for a book by the prices in it.
COUNTERS = ("observed_at", "received_at", "sequence")
ENCODING: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 4,
    "use_dictionary": [f.name for f in SCHEMA if f.type != LEVELS and f.name not in COUNTERS],
    "column_encoding": dict.fromkeys(COUNTERS, "DELTA_BINARY_PACKED"),
    "write_statistics": [f.name for f in SCHEMA if f.type != LEVELS],
    "data_page_size": 16 << 20,
    "row_group_size": 1 << 20,
}
DAY_US = 86_400_000_000


class BooksError(Exception):
    """Books at rest cannot be read; nothing was changed."""


def ordered(books: pa.Table) -> pa.RecordBatch:
    """The books by market and time, those of one key in the order in which they came."""
    rows = pc.sort_indices(books, sort_keys=[(name, "ascending") for name in KEY])
    return taken(books, rows.to_numpy().astype(np.int64))


def once(books: pa.RecordBatch) -> tuple[pa.RecordBatch, int]:
    """Ordered books without those that repeat another's key, and how many were left out (the first stays)."""
    is_repeat = repeats(books, KEY)
    if not is_repeat.any():
        return books, 0
    return taken(books, np.flatnonzero(~is_repeat)), int(is_repeat.sum())


def repeats(books: pa.RecordBatch, names: Sequence[str]) -> Bools:
    """Which rows have the same values as the row before, NULL being equal to NULL."""
    found = np.ones(books.num_rows, dtype=np.bool_)
    found[:1] = False
    for name in names:
        before, after = books[name][:-1], books[name][1:]
        is_same = pc.or_(pc.fill_null(pc.equal(before, after), False), pc.and_(before.is_null(), after.is_null()))
        found[1:] &= is_same.to_numpy(zero_copy_only=False)
    return found


def days(books: pa.RecordBatch) -> dict[date, pa.RecordBatch]:
    """The books of each UTC day."""
    day: Ints = books["observed_at"].cast(pa.int64()).to_numpy() // DAY_US
    found = np.unique(day)
    epoch = date(1970, 1, 1)
    if len(found) == 1:
        return {epoch + timedelta(days=int(found[0])): books}
    return {epoch + timedelta(days=int(each)): taken(books, np.flatnonzero(day == each)) for each in found}


def file_of(root: Path, day: date, name: str) -> Path:
    """Where the books of a day from one batch are."""
    return root / f"date={day}" / f"{name}.parquet"


def unknown(
    root: Path, day: date, name: str, books: pa.RecordBatch, pending: Sequence[pa.RecordBatch] = ()
) -> pa.RecordBatch:
    """The books of a day that no other batch has, stored or pending; only keys of the same hours are read."""
    span = pc.min_max(books["observed_at"]).as_py()
    own, keys = file_of(root, day, name), list(KEY)
    others = [_keys(path, keys) for path in _others(own) if _overlaps(path, span)]
    others += [pa.Table.from_batches([batch.select(keys)]) for batch in pending]
    if not others:
        return books
    known = pl.DataFrame(pa.concat_tables([each.cast(books.select(keys).schema) for each in others]))
    told = pl.DataFrame(pa.Table.from_batches([books.select(keys)])).with_row_index("row")
    fresh = told.join(known, on=keys, how="anti", nulls_equal=True, maintain_order="left")
    return books if fresh.height == books.num_rows else taken(books, fresh["row"].cast(pl.Int64).to_numpy())


def store(root: Path, day: date, name: str, books: pa.RecordBatch) -> Path:
    """Write the books of a day once and for good: whole or not at all. An existing file is left as it is.

    The file's checksum is written beside it before the file has its name.
    """
    path = file_of(root, day, name)
    if path.exists():
        return path
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        sync_folder(root)
    partial = path.with_suffix(".partial")
    with naming(path), partial.open("wb") as file:
        pq.write_table(pa.Table.from_batches([books]), file, **ENCODING)
        file.flush()
        os.fsync(file.fileno())
    checksums.write(checksums.beside(path), {path.name: checksums.of_file(partial)})
    partial.rename(path)
    sync_folder(path.parent)
    return path


def _others(own: Path) -> list[Path]:
    """The files of a day but one."""
    return [path for path in sorted(own.parent.glob("*.parquet")) if path != own]


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from None


def _keys(path: Path, keys: list[str]) -> pa.Table:
    try:
        return _opened(path).read(columns=keys)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> BooksError:
    return BooksError(f"{path} cannot be read: {error}; tidegauge verify --repair mends it or sets it aside")


def _overlaps(path: Path, span: dict[str, datetime]) -> bool:
    """Whether a file has books of this span of time, as far as its footer tells."""
    metadata = _opened(path).metadata
    column = SCHEMA.get_field_index("observed_at")
    for group in range(metadata.num_row_groups):
        statistics = metadata.row_group(group).column(column).statistics
        if statistics is None or (_utc(statistics.min) <= span["max"] and _utc(statistics.max) >= span["min"]):
            return True
    return False


def _utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
