"""The sample world on a loopback port: every macro upstream and crypto venue behind one base address."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from pipelines.sample.calendars import CLOCK
from pipelines.sample.venues import binance_archive, mount
from pipelines.sample.venues.asked import Asked
from pipelines.sample.wire import fiscaldata, fred, fredgraph, nyfed, yahoo
from pipelines.sample.wire.reply import Reply, not_found
from pipelines.sample.world import SEED, World, build

Spoil = Callable[[str, Reply], Reply]
WIRES: dict[str, Callable[[World, str, dict[str, str], float], Reply]] = {
    "/fred/": fred.answer,
    "/api/": nyfed.answer,
    "/services/api/fiscal_service/": fiscaldata.answer,
    "/v8/finance/chart/": yahoo.answer,
}


@dataclass
class SampleServer:
    """A running sample world: set `at` to move its clock, `spoil` to inject faults, read `requests` to count.

    `spoil(path_with_query, reply)` returns the reply to send; when it raises ConnectionError the connection
    is closed without one. A POST is kept and spoiled as its path, a blank and its body.

    Order books stand still with `at` unless `books_move`: then a venue's books, and their stamps, are those of
    `at` plus the time since the server started, while all else stays at `at`.
    """

    url: str
    at: datetime
    spoil: Spoil | None = None
    requests: list[str] = field(default_factory=list)
    books_move: bool = False
    started: float = field(default_factory=time.monotonic)

    @property
    def book_at(self) -> float:
        """The moment of the order books, in epoch seconds."""
        ahead = time.monotonic() - self.started if self.books_move else 0.0
        return self.at.timestamp() + ahead


def answer(world: World, target: str, at: datetime) -> Reply:
    """The reply to a path with query, as of a moment."""
    parts = urlsplit(target)
    path, query, now = (
        unquote(parts.path),
        dict(parse_qsl(parts.query, keep_blank_values=True)),
        at.timestamp(),
    )
    if path == "/graph/fredgraph.csv":
        return fredgraph.answer(world, query, now)
    if path.startswith(binance_archive.PREFIX):
        return binance_archive.answer(world.seed, path, now)
    for prefix, wire in WIRES.items():
        if path.startswith(prefix):
            return wire(world, path.removeprefix(prefix), query, now)
    return not_found()


def venue_answer(world: World, target: str, body: bytes, sample: SampleServer) -> Reply:
    """The reply of a crypto venue to a path with query and the body posted to it."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    now = sample.at.timestamp()
    return mount.answer(Asked(world.seed, unquote(parts.path), query, body, now, max(now, sample.book_at)))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sample", ""
    disable_nagle_algorithm = True
    timeout = 30
    world: World
    sample: SampleServer

    def do_GET(self) -> None:
        self._respond(self.path, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._respond(f"{self.path} {body.decode(errors='replace')}", body)

    def _respond(self, target: str, body: bytes) -> None:
        sample = self.sample
        sample.requests.append(target)
        if self.path.startswith(mount.PREFIX):
            reply = venue_answer(self.world, self.path, body, sample)
        else:
            reply = answer(self.world, self.path, sample.at) if self.command == "GET" else not_found()
        if sample.spoil:
            reply = sample.spoil(target, reply)
        self.send_response(reply.status)
        for name, value in {
            "Content-Type": reply.content_type,
            "Content-Length": str(len(reply.body)),
            **reply.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def handle(self) -> None:
        """A client that hangs up, or a spoil that does, ends the connection and nothing else."""
        with suppress(ConnectionError, TimeoutError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Requests are kept on the SampleServer instead of being printed."""


@contextmanager
def serve(*, at: datetime = CLOCK, spoil: Spoil | None = None, seed: int = SEED) -> Iterator[SampleServer]:
    """The sample world at `at`, on a free port of 127.0.0.1 for as long as the block runs."""
    sample = SampleServer("", at, spoil)
    handler = type("Handler", (_Handler,), {"world": build(seed), "sample": sample})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        sample.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield sample
        finally:
            server.shutdown()
            thread.join()
