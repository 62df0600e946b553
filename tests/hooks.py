"""Somebody who is told: a real webhook that keeps what it was sent."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "T0K3N-of-the-hook"


@dataclass
class Hook:
    """A running webhook: its address with a secret in it, how it answers, and the messages it got."""

    url: str
    status: int = 200
    messages: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def hook() -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == f"/services/{SECRET}"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if running.status == 200:
                running.messages.append(body)
            self.send_response(running.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Messages are kept, not printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Hook(f"http://127.0.0.1:{server.server_address[1]}/services/{SECRET}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
