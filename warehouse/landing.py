"""Every reply as received: bodies by content, and a journal of what was asked, answered and finished."""

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import zstandard

from warehouse import sealed
from warehouse.losses import Loss, Losses
from warehouse.naming import naming

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
    ``now`` is what the run took for now, by which its replies are read: the clock, or the sample world's.
    ``asked_from`` is the first day asked for as ISO text, empty where that is a window of the upstream's own.
    """

    run_id: str
    now: datetime
    upstream: str
    key: str
    outcome: Outcome
    reason: str
    finished_at: datetime
    replies: tuple[Landed, ...]
    asked_from: str = ""
    is_backfill: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the journal: its bytes, the place after it, and the job; None when its damage is known and noted."""

    line: bytes
    end: int
    job: Fetched | None


class LandingError(ValueError):
    """Something that was landed is gone or no longer what it was."""


class Landing:
    """A folder of immutable bodies and an append-only journal. One process writes at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.journal_path = root / "journal.jsonl"
        self.losses = Losses(root / "lost.jsonl")
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
            write_durably(self._body_path(sha256), zstandard.compress(body, 3))
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
        """The bytes as received; raises LandingError when they are gone or no longer match their hash."""
        body = self._whole_body(landed.sha256)
        if body is None:
            raise LandingError(
                f"landed body {landed.sha256} of {landed.request} is missing or damaged; "
                "tidegauge verify --repair notes that it is lost and what must be fetched again"
            )
        return body

    def loss(self, landed: Landed) -> Loss | None:
        """What was noted when the body of a reply was found damaged; None when the body is there."""
        noted = self.losses.of_bodies.get(landed.sha256)
        return noted if noted and self._whole_body(landed.sha256) is None else None

    def lost_jobs(self) -> dict[str, set[str]]:
        """The jobs of each upstream of which something is lost, and that have not ended well since.

        A key that is empty stands for every job of the upstream, an empty upstream for every one.
        """
        waiting: dict[str, set[str]] = {}
        if losses := self.losses.noted():
            ended = [job for job in self.journal() if job.outcome == "ok"]
            for loss in losses:
                if (loss.what == "line" or self._whole_body(loss.sha256) is None) and not any(
                    loss.covers(job.upstream, job.key) and job.finished_at > loss.noted_at for job in ended
                ):
                    waiting.setdefault(loss.upstream, set()).add(loss.key)
        return waiting

    def finish(self, fetched: Fetched) -> None:
        """Write a finished job to the journal; from here on its replies count as received."""
        line = sealed.sealed(asdict(fetched))
        with self._lock:
            sealed.append(self.journal_path, line)

    def journal(self) -> Iterator[Fetched]:
        """Every finished job, in the order in which they finished."""
        return (entry.job for entry in self.entries() if entry.job)

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """The journal from a place on; raises LandingError where it cannot be read and that is not noted yet."""
        size = self.journal_path.stat().st_size if self.journal_path.exists() else 0
        if start > size:
            raise LandingError(
                f"{self.journal_path} is shorter than what was read of it ({size} of {start} bytes): entries are lost"
            )
        noted = self.losses.of_lines
        for line in sealed.lines(self.journal_path, start):
            job = None
            if line.sha256 not in noted:
                try:
                    job = line.read(fetched)
                except (sealed.BrokenSeal, sealed.OtherVersion) as error:
                    raise LandingError(str(error)) from None
            yield Entry(line=line.content, end=line.end, job=job)

    def _whole_body(self, sha256: str) -> bytes | None:
        try:
            body = zstandard.decompress(self._body_path(sha256).read_bytes())
        except (FileNotFoundError, zstandard.ZstdError):
            return None
        return body if hashlib.sha256(body).hexdigest() == sha256 else None

    def _body_path(self, sha256: str) -> Path:
        return body_path(self.root, sha256)


def body_path(root: Path, sha256: str) -> Path:
    """Where a body is kept."""
    return root / "body" / sha256[:2] / f"{sha256}.zst"


def fetched(record: Mapping[str, Any]) -> Fetched:
    """A job as it was before it was written down."""
    replies = tuple(Landed(**_with_moments(reply, "requested_at", "received_at")) for reply in record["replies"])
    return Fetched(**_with_moments(record, "now", "finished_at") | {"replies": replies})


def _with_moments(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**record, **{name: datetime.fromisoformat(record[name]) for name in names}}


def write_durably(path: Path, content: bytes) -> None:
    """Put a file in its place whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with naming(path), partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
