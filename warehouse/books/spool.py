"""The spool: books are appended and synced before they are acknowledged, in segments that are then ingested whole.

A segment is a header, frames and an end frame. A frame is ``magic, crc32, length`` and an Arrow record batch, which is
read without a copy. A file named ``.open`` belongs to a writer; ``.spool`` is complete and never changes again.
"""

import contextlib
import fcntl
import os
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import Self

import pyarrow as pa

from warehouse.books.book import SCHEMA, SIDES, Book, Side, record_batch

FRAME = Struct("<4sIQ")
BOOKS, END = b"BOOK", b"END."
HEADER = b"tidegauge books 1".ljust(32, b"\0")
MAX_BYTES = 32 << 20
MAX_AGE_SECONDS = 600.0


class SpoolError(Exception):
    """The spool cannot take or give books; what was acknowledged is untouched unless the message says damaged."""


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
                _complete_left(left)
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
        frame = _frame(BOOKS, batch.serialize())
        try:
            _write_all(self._handle, frame)
            os.fdatasync(self._handle)
        except OSError as error:
            self._give_up()
            raise SpoolError(f"{batch.num_rows} books could not be stored in {self._path}: {error}") from error
        self._end += sum(map(len, frame))
        if self._end >= self.max_bytes or time.monotonic() - self._opened_at >= self.max_age_seconds:
            self.rotate()

    def rotate(self) -> None:
        """Complete the current segment, if there is one; the next append begins another."""
        if self._handle < 0:
            return
        handle, self._handle = self._handle, -1
        try:
            _write_all(handle, _frame(END, b""))
            os.fsync(handle)
        finally:
            os.close(handle)
        _rename(self._path)

    def _begin(self, now: datetime) -> None:
        name = f"{now:%Y%m%dT%H%M%S%f}-{os.urandom(4).hex()}.open"
        path = self.folder / name
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        try:
            _write_all(handle, [HEADER])
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


def segments(folder: Path) -> list[Path]:
    """The complete segments, oldest first."""
    return sorted(folder.glob("*.spool"))


def read(segment: Path) -> Iterator[pa.RecordBatch]:
    """Every record batch of a complete segment, as views of the mapped file; raises SpoolError when it is damaged."""
    with pa.memory_map(str(segment)) as source:
        content = source.read_buffer()
    is_ended = False
    for batch, _ in _frames(content):
        is_ended = batch is None
        if batch is not None:
            yield batch
    if not is_ended:
        raise SpoolError(f"the segment {segment} is damaged: a frame before its end does not match its checksum")


def _complete_left(path: Path) -> None:
    """Make a complete segment of what a killed writer left: every acknowledged book, without the torn tail."""
    content = pa.py_buffer(path.read_bytes())
    if content.size < len(HEADER):
        path.unlink()
        sync_folder(path.parent)
        return
    found = list(_frames(content))
    end = found[-1][1] if found else len(HEADER)
    if _has_whole_frame(content, end):
        raise SpoolError(f"the segment {path} is damaged: whole frames follow a frame that is not")
    handle = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.ftruncate(handle, end)
        if not found or found[-1][0] is not None:
            _write_all(handle, _frame(END, b""))
        os.fsync(handle)
    finally:
        os.close(handle)
    _rename(path)


def _frames(content: pa.Buffer) -> Iterator[tuple[pa.RecordBatch | None, int]]:
    """Each sound frame in order, None for the end frame, with the place where it ends; stops at the first torn one."""
    view = memoryview(content)
    if bytes(view[: len(HEADER)]) != HEADER:
        raise SpoolError(f"not a book segment of this version: it begins with {bytes(view[: len(HEADER)])!r}")
    at = len(HEADER)
    while (whole := _payload(view, at)) is not None:
        magic, start, stop = whole
        at = stop
        if magic == END:
            yield None, at
            return
        yield pa.ipc.read_record_batch(content.slice(start, stop - start), SCHEMA), at


def _payload(view: memoryview, at: int) -> tuple[bytes, int, int] | None:
    """The magic and the bounds of the payload of the frame at a place, or None when there is no whole one."""
    if at + FRAME.size > len(view):
        return None
    magic, crc, length = FRAME.unpack_from(view, at)
    start, stop = at + FRAME.size, at + FRAME.size + length
    if magic not in (BOOKS, END) or stop > len(view) or zlib.crc32(view[start:stop], zlib.crc32(magic)) != crc:
        return None
    return magic, start, stop


def _has_whole_frame(content: pa.Buffer, begin: int) -> bool:
    """Whether a whole frame of books lies anywhere after a place where none begins."""
    tail, at = memoryview(content), bytes(content).find(BOOKS, begin + 1)
    while at >= 0:
        if _payload(tail, at) is not None:
            return True
        at = bytes(content).find(BOOKS, at + 1)
    return False


def _frame(magic: bytes, payload: pa.Buffer | bytes) -> list[bytes | memoryview]:
    """A frame as parts to write; Arrow pads a record batch to 8 bytes, so that the next frame is aligned too."""
    view = memoryview(payload)
    return [FRAME.pack(magic, zlib.crc32(view, zlib.crc32(magic)), len(view)), view]


def _write_all(handle: int, parts: Sequence[bytes | memoryview]) -> None:
    whole = memoryview(b"".join(parts))
    while whole:
        whole = whole[os.write(handle, whole) :]


def _rename(path: Path) -> None:
    path.rename(path.with_suffix(".spool"))
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
