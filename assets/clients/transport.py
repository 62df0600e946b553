"""The one way to the network: limits, retries, redaction, and landing before anything is parsed."""

import ipaddress
import random
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import quote, urlencode, urlsplit

import httpx

from warehouse.claims import Reply, UpstreamError
from warehouse.landing import Landing

RETRIED = {429, 500, 502, 503, 504}
ABSENT = {404}
ATTEMPTS = 4
GIVE_UP_AFTER = 3
MAX_BYTES = 256 * 1024 * 1024
#: A reply comes in this time, however slowly it drips.
PATIENCE_S = 600.0
#: How replies may be packed, and how much of one is unpacked at once.
PACKED, PIECE_BYTES = "gzip", 1 << 20
LONGEST_WAIT_S = 60.0
SECRET_NAMES = ("api_key", "apikey", "token")
HIDDEN = "***"
USER_AGENT = "tidegauge/0.1 (+data warehouse; one polite client)"

Get = Callable[..., Reply]


@dataclass(frozen=True, kw_only=True)
class Host:
    """Where an upstream is, and the manners it asks for. The interval binds no loopback address."""

    upstream: str
    base_url: str
    min_interval_s: float
    connections: int = 4

    @property
    def is_loopback(self) -> bool:
        name = urlsplit(self.base_url).hostname or ""
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name == "localhost"


class Refused(UpstreamError):
    """The upstream answered with another status than 200; what it said is in ``reply``."""

    def __init__(self, reply: Reply) -> None:
        landed = reply.landed
        reason = f"HTTP {landed.status}: {_start_of(reply.body)}"
        super().__init__(landed.upstream, reason, request=landed.request, absent=landed.status in ABSENT)
        self.reply = reply


@dataclass
class Transport:
    """Requests to one upstream during one fetch. Safe to share between threads. ``sleep`` is how it waits.

    Nothing more is asked once the fetch is ``over``.
    """

    host: Host
    landing: Landing
    client: httpx.Client
    backoff_s: float = 0.5
    sleep: Callable[[float], None] = time.sleep
    max_bytes: int = MAX_BYTES
    patience_s: float = PATIENCE_S
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next_at: float = 0.0
    _failures_in_a_row: int = 0

    def get(
        self,
        path: str,
        *,
        expect: str,
        posted: str | None = None,
        headers: Mapping[str, str] | None = None,
        **params: str,
    ) -> Reply:
        """One reply with status 200 and the expected content type (``csv``, ``json`` or ``xml``), landed.

        A question that is ``posted`` (JSON, without secrets) is part of the request as it is landed.
        Raises UpstreamError, Refused for any other status. Retries transport errors, 429 and 5xx with jittered
        backoff or as ``Retry-After`` says. After three requests in a row that failed for good the upstream is down
        and not asked again.
        """
        request = ("GET " if posted is None else "POST ") + path + _query(params)
        if posted is not None:
            request += " " + posted
        last = "no attempt"
        for attempt in range(ATTEMPTS):
            if self._failures_in_a_row >= GIVE_UP_AFTER:
                raise UpstreamError(self.host.upstream, "not asked: the upstream is down", request=request)
            self._wait_for_turn()
            if self.over.is_set():
                raise UpstreamError(self.host.upstream, "not asked: the fetch is over", request=request)
            try:
                reply, retry_after = self._once(path, params, request, posted, headers)
            except httpx.InvalidURL:
                reason = f"{self.host.base_url!r} is no address that can be asked"
                raise UpstreamError(self.host.upstream, reason, request=request) from None
            except httpx.HTTPError as error:
                last, retry_after = f"{type(error).__name__}: {_redacted(str(error), params)}", None
            else:
                if reply.landed.status not in RETRIED:
                    self._count_failures(0)
                    return self._accepted(reply, expect)
                last = f"HTTP {reply.landed.status}: {_start_of(reply.body)}"
            if attempt + 1 < ATTEMPTS:
                delay = self.backoff_s * 2**attempt * random.uniform(0.5, 1.5)
                self.sleep(max(delay, min(retry_after or 0.0, LONGEST_WAIT_S)))
        self._count_failures(1)
        reason = f"gave up after {ATTEMPTS} attempts; last: {last}"
        raise UpstreamError(self.host.upstream, reason, request=request)

    def _count_failures(self, more: int) -> None:
        """One more in a row, or none any more."""
        with self._lock:
            self._failures_in_a_row = self._failures_in_a_row + more if more else 0

    def _once(
        self,
        path: str,
        params: Mapping[str, str],
        request: str,
        posted: str | None,
        headers: Mapping[str, str] | None,
    ) -> tuple[Reply, float | None]:
        requested_at = datetime.now(UTC)
        body = bytearray()
        method = "GET" if posted is None else "POST"
        url = self.host.base_url + path + _query(params, hide=False)
        with self.client.stream(method, url, content=posted, headers=headers) as response:
            for chunk in self._unpacked(response, request):
                body += chunk
                if len(body) > self.max_bytes:
                    reason = f"cut off: the reply is larger than {self.max_bytes:,} bytes"
                    raise UpstreamError(self.host.upstream, reason, request=request)
        content = _without_secrets(bytes(body), params)
        landed = self.landing.keep(
            upstream=self.host.upstream,
            base_url=self.host.base_url,
            request=request,
            status=response.status_code,
            content_type=response.headers.get("content-type", ""),
            requested_at=requested_at,
            received_at=datetime.now(UTC),
            body=content,
        )
        return Reply(landed, content), _retry_after_s(response.headers.get("retry-after"))

    def _unpacked(self, response: httpx.Response, request: str) -> Iterator[bytes]:
        """The body in pieces of bounded size, however well it was packed, until patience ends."""

        def refuse(reason: str) -> UpstreamError:
            return UpstreamError(self.host.upstream, reason, request=request)

        encoding, end = response.headers.get("content-encoding", "identity").lower(), time.monotonic() + self.patience_s
        if encoding not in ("identity", PACKED):
            raise refuse(f"the reply is packed with {encoding[:40]!r}, but {PACKED} was asked for")
        packed = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == PACKED else None
        for chunk in response.iter_raw():
            if time.monotonic() > end:
                raise refuse(f"cut off: the reply did not end within {self.patience_s:g} s")
            if packed is None:
                yield chunk
                continue
            try:
                while chunk:
                    yield packed.decompress(chunk, PIECE_BYTES)
                    chunk = packed.unconsumed_tail
            except zlib.error as error:
                raise httpx.DecodingError(f"not {PACKED}: {error}") from None
        if packed and not packed.eof:
            raise httpx.DecodingError(f"half a body, as {PACKED} goes")

    def _accepted(self, reply: Reply, expect: str) -> Reply:
        landed, start = reply.landed, _start_of(reply.body)
        if landed.status != 200:
            raise Refused(reply)
        if expect not in landed.content_type.lower():
            reason = f"expected {expect}, got content type {landed.content_type!r}: {start}"
            raise UpstreamError(landed.upstream, reason, request=landed.request)
        if not reply.body.strip():
            raise UpstreamError(landed.upstream, "the reply is empty", request=landed.request)
        return reply

    def _wait_for_turn(self) -> None:
        if self.host.is_loopback:
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next_at)
            self._next_at = turn + self.host.min_interval_s
        self.sleep(turn - now)


def new_client(host: Host) -> httpx.Client:
    """A client whose patience is bounded; a proxy of the environment is not asked for a loopback address."""
    return httpx.Client(
        timeout=httpx.Timeout(30.0, connect=10.0),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": PACKED},
        trust_env=not host.is_loopback,
        verify=_trusted(),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are trusted. Clients share them: to read them takes longer than most replies."""
    return httpx.create_ssl_context()


def _query(params: Mapping[str, str], *, hide: bool = True) -> str:
    shown = {k: v for k, v in params.items() if not (hide and k.lower() in SECRET_NAMES)}
    return "?" + urlencode(shown, safe=":,()[]^-", quote_via=quote) if shown else ""


def _secrets(params: Mapping[str, str]) -> list[str]:
    """The secrets of a request, as they are and as they stand in an address."""
    secrets = [value for name, value in params.items() if name.lower() in SECRET_NAMES and value]
    return [spelling for secret in secrets for spelling in (secret, quote(secret, safe=""))]


def _redacted(text: str, params: Mapping[str, str]) -> str:
    for secret in _secrets(params):
        text = text.replace(secret, HIDDEN)
    return text


def _without_secrets(body: bytes, params: Mapping[str, str]) -> bytes:
    """The body as received, except that gateways quote the address they refuse, key and all."""
    for secret in _secrets(params):
        body = body.replace(secret.encode(), HIDDEN.encode())
    return body


def _retry_after_s(value: str | None) -> float | None:
    """Seconds from either form of the header; None when it is neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _start_of(body: bytes) -> str:
    return " ".join(body[:400].decode("utf-8", "replace").split())[:240]
