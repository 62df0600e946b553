"""The transport over real sockets: what it retries, what it refuses, and what it never tells anybody."""

import gzip
import socketserver
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
import zstandard

from assets.clients.transport import ATTEMPTS, GIVE_UP_AFTER, Host, Transport
from tests.canned import Canned, Served, host, serving, transport
from warehouse.claims import UpstreamError
from warehouse.landing import Fetched, Landing

OK = Canned('{"a": 1}')
KEY = "0123456789abcdef0123456789abcdef"
HTML = Canned("<html><body>We'll be back soon</body></html>", content_type="text/html; charset=utf-8")


def test_a_reply_is_landed_as_received_with_request_status_and_times(tmp_path: Path) -> None:
    with serving(OK) as served:
        reply = transport(host(served), tmp_path).get("/x", expect="json", a="1,2", b="x y", c="record_date:gte:2")
    assert served.requests == ["/x?a=1,2&b=x%20y&c=record_date:gte:2"]
    assert reply.landed.request == "GET /x?a=1,2&b=x%20y&c=record_date:gte:2"
    assert (reply.landed.status, reply.landed.content_type) == (200, "application/json")
    assert reply.landed.requested_at <= reply.landed.received_at
    assert Landing(tmp_path).body(reply.landed) == reply.body == b'{"a": 1}'


def test_an_escape_in_a_path_is_sent_once_and_as_it_is(tmp_path: Path) -> None:
    with serving(OK) as served:
        transport(host(served), tmp_path).get("/%5ERUT", expect="json")
    assert served.requests == ["/%5ERUT"]


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("7", 7.0),
        ("600", 60.0),
        ("soon", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00", 0.0),
    ],
    ids=["seconds", "no longer than a minute", "neither form", "a date gone by", "a date without zone"],
)
def test_after_429_it_waits_as_told_and_asks_again(tmp_path: Path, header: str, waited: float) -> None:
    waits: list[float] = []
    with serving(Canned("Too Many Requests", 429, "text/plain", {"Retry-After": header}), OK) as served:
        reply = transport(host(served), tmp_path, waits).get("/x", expect="json")
    assert reply.body == b'{"a": 1}'
    assert waits == [waited]


def test_retry_after_may_be_a_date(tmp_path: Path) -> None:
    waits: list[float] = []
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    with serving(Canned("", 429, "text/plain", {"Retry-After": later}), OK) as served:
        transport(host(served), tmp_path, waits).get("/x", expect="json")
    assert waits[0] == pytest.approx(29, abs=5)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Canned("oops", 500, "text/html"), "HTTP 500: oops"),
        (Canned("", 503, "text/plain"), "HTTP 503"),
        (Canned(fault="drop"), "RemoteProtocolError"),
        (Canned('{"a": 1}', fault="cut"), "RemoteProtocolError"),
    ],
    ids=["500", "503", "connection dropped", "half a body"],
)
def test_what_may_pass_is_tried_four_times_then_given_up(tmp_path: Path, answer: Canned, said: str) -> None:
    with (
        serving(answer) as served,
        pytest.raises(UpstreamError, match=rf"gave up after 4 attempts.*{said}") as caught,
    ):
        transport(host(served), tmp_path).get("/x", expect="json", id="A")
    assert len(served.requests) == ATTEMPTS == 4
    assert (caught.value.source, caught.value.request, caught.value.absent) == (
        "canned",
        "GET /x?id=A",
        False,
    )


def test_half_a_body_then_a_whole_one_lands_only_the_whole(tmp_path: Path) -> None:
    with serving(Canned('{"a": 1}', fault="cut"), OK) as served:
        transport(host(served), tmp_path).get("/x", expect="json")
    assert len(list(tmp_path.rglob("*.zst"))) == 1


@pytest.mark.parametrize(
    ("answer", "said", "absent"),
    [
        (Canned('{"error": "no"}', 400), 'HTTP 400: {"error": "no"}', False),
        (Canned("gone", 404, "text/plain"), "HTTP 404: gone", True),
        (Canned("", 451), "HTTP 451", False),
        (Canned("", 301, headers={"Location": "/y"}), "HTTP 301", False),
        (HTML, "expected json, got content type 'text/html; charset=utf-8': <html>", False),
        (Canned(""), "the reply is empty", False),
        (Canned(" \n"), "the reply is empty", False),
    ],
    ids=["400", "404", "451", "redirect", "HTML with 200", "empty 200", "blank 200"],
)
def test_what_will_not_pass_is_not_tried_again(tmp_path: Path, answer: Canned, said: str, absent: bool) -> None:
    with serving(answer) as served, pytest.raises(UpstreamError) as caught:
        transport(host(served), tmp_path).get("/x", expect="json")
    assert said in str(caught.value)
    assert "GET /x" in str(caught.value)
    assert caught.value.absent is absent
    assert len(served.requests) == 1


def test_an_upstream_is_down_after_three_failures_and_left_alone(tmp_path: Path) -> None:
    with serving(Canned("", 500)) as served:
        down = transport(host(served), tmp_path)
        for _ in range(GIVE_UP_AFTER):
            with pytest.raises(UpstreamError, match="gave up"):
                down.get("/x", expect="json")
        with pytest.raises(UpstreamError, match="not asked: the upstream is down"):
            down.get("/x", expect="json")
    assert len(served.requests) == GIVE_UP_AFTER * ATTEMPTS


def test_failures_count_only_in_a_row(tmp_path: Path) -> None:
    failing = [Canned("", 500)] * ATTEMPTS
    with serving(*failing, *failing, OK, *failing, OK) as served:
        one = transport(host(served), tmp_path)
        for good in (False, False, True, False, True):
            if good:
                one.get("/x", expect="json")
            else:
                with pytest.raises(UpstreamError, match="gave up"):
                    one.get("/x", expect="json")


def test_a_base_url_that_is_no_address_is_named(tmp_path: Path) -> None:
    nowhere = Host(upstream="canned", base_url="http://127.0.0.1:notaport", min_interval_s=1.0)
    with pytest.raises(UpstreamError, match=r":notaport' is no address"):
        transport(nowhere, tmp_path).get("/x", expect="json")


def test_a_host_that_is_not_loopback_is_asked_at_its_interval(tmp_path: Path) -> None:
    """0.0.0.0 is no loopback address but ends here all the same."""
    waits: list[float] = []
    with serving(OK) as served:
        live = Host(upstream="live", base_url=served.url.replace("127.0.0.1", "0.0.0.0"), min_interval_s=1.5)
        client = httpx.Client(trust_env=False)
        one = Transport(host=live, landing=Landing(tmp_path), client=client, sleep=waits.append)
        for _ in range(3):
            one.get("/x", expect="json")
    assert waits == pytest.approx([0.0, 1.5, 3.0], abs=0.5)


@pytest.mark.parametrize(
    "answer",
    [
        lambda path: Canned(f"You may not see http://host{path}", 403, "text/html"),
        lambda path: Canned(f"cannot serve {path}", 500, "text/html"),
        lambda path: Canned(f'{{"echo": "{path}"}}'),
        lambda path: Canned(fault="drop"),
        lambda path: Canned(f"<html>{path}</html>", content_type="text/html"),
    ],
    ids=["refused", "broken", "accepted", "dropped", "HTML with 200"],
)
def test_the_key_is_sent_but_never_kept_or_told(tmp_path: Path, answer: object) -> None:
    with serving(answer) as served:  # type: ignore[arg-type]
        one = transport(host(served), tmp_path)
        told: list[str] = []
        try:
            reply = one.get("/fred/series", expect="json", series_id="WALCL", api_key=KEY)
        except UpstreamError as error:
            link: BaseException | None = error
            while link is not None:
                told += [str(link), repr(vars(link))]
                link = link.__context__ or link.__cause__
        else:
            told += [repr(reply)]
            fetched = Fetched(
                run_id="r",
                now=reply.landed.received_at,
                upstream="fred",
                key="WALCL",
                outcome="ok",
                reason="",
                finished_at=reply.landed.received_at,
                replies=(reply.landed,),
            )
            one.landing.finish(fetched)
            told += [one.landing.body(reply.landed).decode(), (tmp_path / "journal.jsonl").read_text()]
    assert all(f"api_key={KEY}" in request for request in served.requests)
    assert told
    assert not any(KEY in text for text in told)
    assert not any(KEY.encode() in _content(path) for path in tmp_path.rglob("*") if path.is_file())


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return zstandard.decompress(content) if path.suffix == ".zst" else content


@contextmanager
def streaming(head: str, piece: bytes, pause_s: float = 0.0) -> Iterator[Served]:
    """A server whose reply never ends."""

    class Endless(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n{head}\r\n".encode())
            with suppress(OSError):
                while not ended.wait(pause_s):
                    self.wfile.write(piece)

    ended = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Endless) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{server.server_address[1]}")
        finally:
            ended.set()
            server.shutdown()
            thread.join()


def cut_off(served: Served, folder: Path, **bounds: float) -> tuple[str, int]:
    """What is said of a reply that is cut off, and the most memory that it took, in bytes."""
    tracemalloc.start()
    try:
        with pytest.raises(UpstreamError) as caught:
            replace(transport(host(served), folder), **bounds).get("/x", expect="csv")  # type: ignore[arg-type]
        return str(caught.value), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_reply_that_never_ends_is_cut_off_at_its_size(tmp_path: Path) -> None:
    with streaming("", b"1" * 65536) as served:
        said, peak = cut_off(served, tmp_path, max_bytes=1_000_000)
    assert said == "canned: cut off: the reply is larger than 1,000,000 bytes (request: GET /x)"
    assert peak < 4_000_000
    assert not list(tmp_path.rglob("*.zst"))


def test_a_reply_that_drips_is_cut_off_when_patience_ends(tmp_path: Path) -> None:
    with streaming("", b"1", pause_s=0.01) as served:
        said, _ = cut_off(served, tmp_path, patience_s=0.1)
    assert said == "canned: cut off: the reply did not end within 0.1 s (request: GET /x)"


def test_a_bomb_is_unpacked_no_further_than_its_size(tmp_path: Path) -> None:
    """40 MB in 40 kB."""
    bomb = gzip.compress(bytes(40_000_000))
    assert len(bomb) < 50_000
    with serving(Canned(bomb, content_type="text/csv", headers={"Content-Encoding": "gzip"})) as served:
        said, peak = cut_off(served, tmp_path, max_bytes=2_000_000)
    assert "cut off: the reply is larger than 2,000,000 bytes" in said
    assert peak < 10_000_000


def test_a_packing_that_was_not_asked_for_is_refused(tmp_path: Path) -> None:
    bomb = zstandard.compress(bytes(100_000_000))
    with serving(Canned(bomb, content_type="text/csv", headers={"Content-Encoding": "zstd"})) as served:
        said, peak = cut_off(served, tmp_path)
    assert said == "canned: the reply is packed with 'zstd', but gzip was asked for (request: GET /x)"
    assert peak < 4_000_000


def test_a_packed_reply_is_landed_as_it_was_before_packing(tmp_path: Path) -> None:
    body = b"a,b\n" * 500_000
    with serving(Canned(gzip.compress(body), content_type="text/csv", headers={"Content-Encoding": "gzip"})) as served:
        one = transport(host(served), tmp_path)
        reply = one.get("/x", expect="csv")
    assert reply.body == one.landing.body(reply.landed) == body


@pytest.mark.parametrize("spoil", [lambda packed: packed[:-9], lambda packed: packed[:40] + b"?" + packed[41:]])
def test_a_packing_that_is_damaged_is_tried_again_then_given_up(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    packed = spoil(gzip.compress(bytes(range(256)) * 20))
    with (
        serving(Canned(packed, content_type="text/csv", headers={"Content-Encoding": "gzip"})) as served,
        pytest.raises(UpstreamError, match="gave up after 4 attempts; last: DecodingError"),
    ):
        transport(host(served), tmp_path).get("/x", expect="csv")


def test_a_redirect_is_not_followed_and_its_target_never_sees_the_key(tmp_path: Path) -> None:
    with (
        serving(OK) as elsewhere,
        serving(lambda path: Canned("", 307, headers={"Location": elsewhere.url + path})) as served,
        pytest.raises(UpstreamError, match="HTTP 307"),
    ):
        transport(host(served), tmp_path).get("/x", expect="json", api_key=KEY)
    assert elsewhere.requests == []
