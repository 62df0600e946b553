"""A spool segment: how its bytes are laid out, how they are read, and how a torn one is made whole.

A segment is a header, frames and an end frame. A frame is ``magic, crc32, length`` and an Arrow record batch, which is
read without a copy. A file named ``.open`` belongs to a writer; ``.spool`` is complete and never changes again.
"""

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from struct import Struct

import pyarrow as pa

from warehouse.books.book import SCHEMA

FRAME = Struct("<4sIQ")
BOOKS, END = b"BOOK", b"END."
HEADER = b"tidegauge books 1".ljust(32, b"\0")


class SpoolError(Exception):
    """The spool cannot take or give books; what was acknowledged is untouched unless the message says damaged."""


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


def complete_left(path: Path) -> None:
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
            write_all(handle, frame(END, b""))
        os.fsync(handle)
    finally:
        os.close(handle)
    complete(path)


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
    view, tail = memoryview(content), bytes(memoryview(content)[begin:])
    at = tail.find(BOOKS, 1)
    while at >= 0:
        if _payload(view, begin + at) is not None:
            return True
        at = tail.find(BOOKS, at + 1)
    return False


def frame(magic: bytes, payload: pa.Buffer | bytes) -> list[bytes | memoryview]:
    """A frame as parts to write; Arrow pads a record batch to 8 bytes, so that the next frame is aligned too."""
    view = memoryview(payload)
    return [FRAME.pack(magic, zlib.crc32(view, zlib.crc32(magic)), len(view)), view]


def write_all(handle: int, parts: Sequence[bytes | memoryview]) -> None:
    """Write every byte, or raise OSError."""
    whole = memoryview(b"".join(parts))
    while whole:
        whole = whole[os.write(handle, whole) :]


def complete(path: Path) -> None:
    """Give a segment the name of a complete one."""
    path.rename(path.with_suffix(".spool"))
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
