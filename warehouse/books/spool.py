"""The spool: books are appended and synced before they are acknowledged, in segments that are then ingested whole."""

import contextlib
import fcntl
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from warehouse.books.book import SCHEMA, SIDES, Book, Side, record_batch
from warehouse.books.segment import (
    BOOKS,
    END,
    HEADER,
    SpoolError,
    complete,
    complete_left,
    frame,
    sync_folder,
    write_all,
)

MAX_BYTES = 36 << 20
MAX_AGE_SECONDS = 600.0


@dataclass
class Spool:
    """The one writer of a folder of segments. Opening it completes what a killed writer left."""

    folder: Path
    max_bytes: int = MAX_BYTES
    max_age_seconds: float = MAX_AGE_SECONDS
    _lock: int = field(default=-1, init=False, repr=False)
    _handle: int = field(default=-1, init=False, repr=False)
    _path: Path = field(default=Path(), init=False, repr=False)
    _end: int = field(default=0, init=False, repr=False)
    _opened_at: float = field(default=0.0, init=False, repr=False)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise SpoolError(f"another process is writing to the spool {self.folder}") from None
        try:
            for left in sorted(self.folder.glob("*.open")):
                complete_left(left)
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.rotate()
        finally:
            os.close(self._lock)

    def append(self, books: Sequence[Book] | pa.RecordBatch, now: datetime) -> None:
        """Store books; when this returns they survive a crash. Raises SpoolError and stores none of them otherwise.

        Books without a size for each price are a ValueError: they are no books.
        """
        batch = books if isinstance(books, pa.RecordBatch) else record_batch(books)
        if batch.schema != SCHEMA:
            raise ValueError(f"not a batch of books: {batch.schema.names}")
        for name in SIDES:
            Side.of(batch, name)
        if self._handle < 0:
            self._begin(now)
        parts = frame(BOOKS, batch.serialize())
        try:
            write_all(self._handle, parts)
            os.fdatasync(self._handle)
        except OSError as error:
            self._give_up()
            raise SpoolError(f"{batch.num_rows} books could not be stored in {self._path}: {error}") from error
        self._end += sum(map(len, parts))
        if self._end >= self.max_bytes or time.monotonic() - self._opened_at >= self.max_age_seconds:
            self.rotate()

    def rotate(self) -> None:
        """Complete the current segment, if there is one; the next append begins another."""
        if self._handle < 0:
            return
        handle, self._handle = self._handle, -1
        try:
            write_all(handle, frame(END, b""))
            os.fsync(handle)
        finally:
            os.close(handle)
        complete(self._path)

    def _begin(self, now: datetime) -> None:
        name = f"{now:%Y%m%dT%H%M%S%f}-{os.urandom(4).hex()}.open"
        path = self.folder / name
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        try:
            write_all(handle, [HEADER])
            os.fsync(handle)
            sync_folder(self.folder)
        except OSError as error:
            os.close(handle)
            path.unlink()
            raise SpoolError(f"no segment can be made in {self.folder}: {error}") from error
        self._handle, self._path, self._end, self._opened_at = handle, path, len(HEADER), time.monotonic()

    def _give_up(self) -> None:
        """Leave a segment that cannot be trusted any more: cut to what was acknowledged, or left for the next open."""
        handle, self._handle = self._handle, -1
        with contextlib.suppress(OSError):
            os.ftruncate(handle, self._end)
            os.fsync(handle)
        os.close(handle)
