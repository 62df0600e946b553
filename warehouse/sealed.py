"""Sealed lines: a JSON record a line, each with a checksum of its own, so that damage is known from the line alone."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from warehouse.naming import naming

#: The last entry of a line: the checksum of the text before it.
SEAL = ', "check": "'
DIGITS = 16


Written = TypeVar("Written")


class BrokenSeal(ValueError):
    """A line is not what was written, or was written by a version that did not seal."""


class OtherVersion(ValueError):
    """A line is what was written, but not by this version: it has other entries."""


@dataclass(frozen=True)
class Line:
    """One line of a file: its number from 1, its bytes with the newline, and the place after it."""

    path: Path
    number: int
    content: bytes
    end: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def record(self) -> dict[str, Any]:
        """What the line says; raises BrokenSeal when it is not what was written."""
        told, seal, checksum = self.content.rpartition(SEAL.encode())
        if not seal and self.content.endswith(b"}\n"):
            raise BrokenSeal(
                f"{self.path}: line {self.number} has no checksum: it is damaged (see tidegauge verify), or an older "
                "version wrote this folder: then move it away and run again, which fetches everything anew"
            )
        if checksum != f'{_checksum(told)}"}}\n'.encode():
            raise BrokenSeal(f"{self.path}: line {self.number} does not match its checksum; see tidegauge verify")
        record: dict[str, Any] = json.loads(told + b"}")
        return record

    def read(self, make: Callable[[dict[str, Any]], Written]) -> Written:
        """What ``make`` takes the line for; raises BrokenSeal, and OtherVersion when it cannot take it."""
        record = self.record()
        try:
            return make(record)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise OtherVersion(
                f"{self.path}: line {self.number} is of another version ({type(error).__name__}: {error}): go on with "
                "that one, or move this folder away and run again, which fetches everything anew"
            ) from None

    def is_whole(self) -> bool:
        try:
            self.record()
        except BrokenSeal:
            return False
        return True


def only(path: Path) -> Line:
    """The line of a file that has no other."""
    content = path.read_bytes()
    return Line(path, 1, content, len(content))


def sealed(record: Mapping[str, Any]) -> bytes:
    """A record as a line."""
    told = json.dumps(record, default=datetime.isoformat)[:-1].encode()
    return told + f'{SEAL}{_checksum(told)}"}}\n'.encode()


def lines(path: Path, start: int = 0) -> Iterator[Line]:
    """The lines of a file from a place on, without a last one that a crash left without its end."""
    if not path.exists():
        return
    with path.open("rb") as file:
        before, end = file.read(start).count(b"\n"), start
        for number, content in enumerate(file, start=before + 1):
            end += len(content)
            if content.endswith(b"\n"):
                yield Line(path, number, content, end)


def append(path: Path, content: bytes) -> None:
    """Add lines so that they survive a crash; a last one that a crash left without its end is cut off first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with naming(path), path.open("a+b") as file:
        end = _last_end(file)
        if left := torn(path):
            file.truncate(end)
            content = mended(left) + content
        file.write(content)
        file.flush()
        os.fdatasync(file.fileno())


def torn(path: Path) -> bytes:
    """What follows the last newline of a file."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        file.seek(_last_end(file))
        return file.read()


def mended(left: bytes) -> bytes:
    """The line of which only the newline is missing or damaged; nothing when more is."""
    for content in (left + b"\n", left[:-1] + b"\n"):
        if Line(Path(), 0, content, 0).is_whole():
            return content
    return b""


def _last_end(file: BinaryIO) -> int:
    """Where the last line that has an end ends."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - (1 << 16))
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _checksum(told: bytes) -> str:
    return hashlib.sha256(told).hexdigest()[:DIGITS]
