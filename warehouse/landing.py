"""Every reply as received: bodies by content, and a journal of what was asked, answered and finished."""

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

import zstandard

Outcome = Literal["ok", "absent", "failed"]


@dataclass(frozen=True, kw_only=True)
class Landed:
    """One reply: who was asked what, when, and the SHA-256 that names its body."""

    landed_id: str
    upstream: str
    base_url: str
    request: str
    status: int
    content_type: str
    requested_at: datetime
    received_at: datetime
    sha256: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """One finished job of a fetch: all replies it needed, and how it ended.

    Only a job that ended ``ok`` is parsed, so a page that is missing never leaves half a day behind.
    ``absent`` says the upstream does not have the thing; ``failed`` that it should have answered and did not.
    ``asked_from`` is the first day asked for as ISO text, empty where that is a window of the upstream's own.
    """

    run_id: str
    upstream: str
    key: str
    outcome: Outcome
    reason: str
    finished_at: datetime
    replies: tuple[Landed, ...]
    asked_from: str = ""
    is_backfill: bool = False


class Landing:
    """A folder of immutable bodies and an append-only journal. One process writes at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._journal = root / "journal.jsonl"
        self._read_mark = root / "journal.read"
        self._lock = threading.Lock()

    def keep(
        self,
        *,
        upstream: str,
        base_url: str,
        request: str,
        status: int,
        content_type: str,
        requested_at: datetime,
        received_at: datetime,
        body: bytes,
    ) -> Landed:
        """Store a body durably under its hash and say what was landed."""
        sha256 = hashlib.sha256(body).hexdigest()
        if self._whole_body(sha256) is None:
            _write_durably(self._body_path(sha256), zstandard.compress(body, 3))
        identity = hashlib.sha256(f"{upstream} {request} {sha256}".encode()).hexdigest()[:8]
        return Landed(
            landed_id=f"{received_at:%Y%m%dT%H%M%S%f}-{identity}",
            upstream=upstream,
            base_url=base_url,
            request=request,
            status=status,
            content_type=content_type,
            requested_at=requested_at,
            received_at=received_at,
            sha256=sha256,
            bytes=len(body),
        )

    def body(self, landed: Landed) -> bytes:
        """The bytes as received; raises ValueError when they are gone or no longer match their hash."""
        body = self._whole_body(landed.sha256)
        if body is None:
            raise ValueError(f"landed body {landed.sha256} of {landed.request} is missing or damaged")
        return body

    def finish(self, fetched: Fetched) -> None:
        """Write a finished job to the journal; from here on its replies count as received."""
        line = json.dumps(asdict(fetched), default=datetime.isoformat) + "\n"
        with self._lock:
            self.root.mkdir(parents=True, exist_ok=True)
            with self._journal.open("a+b") as journal:
                _drop_torn_tail(journal)
                journal.write(line.encode())
                journal.flush()
                os.fdatasync(journal.fileno())

    def journal(self) -> Iterator[Fetched]:
        """Every finished job, oldest first."""
        if self._journal.exists():
            with self._journal.open("rb") as journal:
                yield from (_fetched(line) for line in journal if line.endswith(b"\n"))

    @contextmanager
    def unread(self) -> Iterator[Sequence[Fetched]]:
        """The jobs finished since the last time this block ended without an error."""
        mark = int(self._read_mark.read_text()) if self._read_mark.exists() else 0
        jobs, end = [], mark
        if self._journal.exists():
            with self._journal.open("rb") as journal:
                if mark > journal.seek(0, os.SEEK_END):
                    raise ValueError(f"{self._journal} is shorter than what was read of it: entries are lost")
                journal.seek(mark)
                for line in journal:
                    if line.endswith(b"\n"):
                        jobs.append(_fetched(line))
                        end += len(line)
        yield jobs
        if end != mark:
            _write_durably(self._read_mark, str(end).encode())

    def _whole_body(self, sha256: str) -> bytes | None:
        try:
            body = zstandard.decompress(self._body_path(sha256).read_bytes())
        except (FileNotFoundError, zstandard.ZstdError):
            return None
        return body if hashlib.sha256(body).hexdigest() == sha256 else None

    def _body_path(self, sha256: str) -> Path:
        return self.root / "body" / sha256[:2] / f"{sha256}.zst"


def _drop_torn_tail(journal: BinaryIO) -> None:
    """Cut a last line that a crash left without its end; nothing was acknowledged on it."""
    end = journal.seek(0, os.SEEK_END)
    kept = end
    while kept:
        journal.seek(kept - 1)
        if journal.read(1) == b"\n":
            break
        kept -= 1
    if kept != end:
        journal.truncate(kept)


def _fetched(line: bytes) -> Fetched:
    record: dict[str, Any] = json.loads(line)
    replies = tuple(
        Landed(
            **{
                **reply,
                "requested_at": datetime.fromisoformat(reply["requested_at"]),
                "received_at": datetime.fromisoformat(reply["received_at"]),
            }
        )
        for reply in record.pop("replies")
    )
    record["finished_at"] = datetime.fromisoformat(record["finished_at"])
    return Fetched(**record, replies=replies)


def _write_durably(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
