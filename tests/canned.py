"""A real HTTP server that answers with canned replies, and what a test needs to send a client there."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import polars as pl

from assets.clients.jobs import Client, Newest
from assets.clients.transport import Host, Transport, new_client
from warehouse.claims import Parsed, Reply
from warehouse.landing import Landed, Landing
from warehouse.table import Table

RECEIVED = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Canned:
    """One answer. ``cut`` sends half of the body it announces, ``drop`` closes without a word."""

    body: str | bytes = ""
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Literal["", "cut", "drop"] = ""


@dataclass
class Served:
    """A running server: where it is, and the path and query of every request it got, as they came."""

    url: str
    requests: list[str] = field(default_factory=list)


@contextmanager
def serving(*answers: Canned | Callable[[str], Canned]) -> Iterator[Served]:
    """Answers in order, the last one again and again; a function answers to the path and query it gets."""
    left = list(answers)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                served.requests.append(self.path)
                answer = left.pop(0) if len(left) > 1 else left[0]
            canned = answer if isinstance(answer, Canned) else answer(self.path)
            if canned.fault == "drop":
                return
            body = canned.body.encode() if isinstance(canned.body, str) else canned.body
            self.send_response(canned.status)
            headers = {"Content-Type": canned.content_type, "Content-Length": str(len(body))}
            headers |= canned.headers
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if canned.fault == "cut" else body)

        def log_message(self, format: str, *args: object) -> None:
            """Requests are kept, not printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Served(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def host(served: Served, upstream: str = "canned") -> Host:
    return Host(upstream=upstream, base_url=served.url, min_interval_s=1.0)


def transport(host: Host, folder: Path, waits: list[float] | None = None) -> Transport:
    """A transport that notes how long it would have waited instead of waiting."""
    noted = [] if waits is None else waits
    client = new_client(host)
    return Transport(host=host, landing=Landing(folder), client=client, backoff_s=0.0, sleep=noted.append)


def fetched(client: Client, key: str, folder: Path, newest: Newest = lambda key: None) -> list[Reply]:
    """The replies of one job, over the network and landed."""
    job = next(job for job in client.jobs(newest) if job.key == key)
    return list(job.fetch(transport(client.host, folder).get))


def told(client: Client, key: str, folder: Path, newest: Newest = lambda key: None) -> Parsed:
    """What one job brings, fetched and parsed."""
    return client.parse(key, fetched(client, key, folder, newest))


def reply(body: object, request: str = "GET /canned", received_at: datetime = RECEIVED) -> Reply:
    """A reply as landing would hand it over; anything but text and bytes is sent as JSON."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    content = text.encode() if isinstance(text, str) else text
    landed = Landed(
        landed_id=f"{received_at:%Y%m%dT%H%M%S}-{abs(hash((request, content))):x}",
        upstream="canned",
        base_url="http://127.0.0.1",
        request=request,
        status=200,
        content_type="application/json",
        requested_at=received_at,
        received_at=received_at,
        sha256="",
        bytes=len(content),
    )
    return Reply(landed, content)


def rows(parsed: Parsed, table: Table) -> pl.DataFrame:
    """All rows of one table that a parse told of."""
    frames = [frame for of, frame in parsed.frames if of is table]
    return pl.concat(frames) if frames else pl.DataFrame(schema=table.polars_schema)


def values(parsed: Parsed, table: Table, series_id: str) -> dict[date, float]:
    """Period to value of one series."""
    found = rows(parsed, table).filter(series_id=series_id)
    return dict(found.select("period", "value").rows())
