"""What a venue may answer instead of data: garbage, refusals, holes, running candles, other contracts."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assets.clients.transport import Host
from assets.clients.venues import candles
from assets.clients.venues.books import Book, ask_book, book, poll_book, polling_exchange
from assets.clients.venues.exchange import Asking, Opened, landing_exchange
from assets.clients.venues.questions import ask_candles, ask_funding, ask_open_interest
from assets.clients.venues.venue import VenueClient
from pipelines.sample.calendars import CLOCK
from pipelines.sample.server import SampleServer, serve
from pipelines.sample.wire.reply import Reply as Wire
from tests.canned import RECEIVED, fetched, reply, rows, told, transport
from warehouse.catalogue.venues import DEFAULT, VENUES, Instrument
from warehouse.claims import Reply, UpstreamError
from warehouse.tables.crypto_facts import CANDLE, CONTRACT_SPECIFICATION, FUNDING

GARBAGE = {
    "HTML": "<html><body>maintenance</body></html>",
    "half a reply": '{"code":"0","data":[["17700',
    "an empty object": "{}",
    "an empty list": "[]",
    "nothing": "",
    "null": "null",
}
CLOUDFRONT = (
    "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>"
    "The Amazon CloudFront distribution is configured to block access from your country.</BODY></HTML>"
)
Ask = Callable[[Asking, Instrument], object]
QUESTIONS: dict[str, Ask] = {
    "book": lambda asking, instrument: ask_book(asking, instrument, 20),
    "candles": lambda asking, instrument: ask_candles(asking, instrument, "1d", None, CLOCK),
    "funding": lambda asking, instrument: ask_funding(asking, instrument, None, CLOCK),
    "open interest": lambda asking, instrument: ask_open_interest(asking, instrument, None, CLOCK),
}


def bitget(path: str) -> Wire | None:
    """The sample world has no Bitget: as much of its markets as ccxt needs."""
    spot = {"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "online"}
    steps = {"pricePlace": "1", "volumePlace": "3", "priceEndStep": "1", "sizeMultiplier": "0.001"}
    swap = {**spot, **steps, "supportMarginCoins": ["USDT"], "symbolType": "perpetual"}
    for part, listed in (("spot/public/symbols", [spot]), ("USDT-FUTURES", [swap]), ("/venues/bitget/", [])):
        if part in path and "/market/candles" not in path:
            return Wire(json.dumps({"code": "00000", "data": listed}).encode())
    return None


@dataclass
class World:
    """The sample world, and what is sent instead of a reply whose request has ``part`` in it."""

    server: SampleServer
    part: str = ""
    instead: Wire | None = None

    def spoil(self, path: str, sent: Wire) -> Wire:
        if self.instead is not None and self.part in path:
            return self.instead
        return (bitget(path) if "/venues/bitget/" in path else None) or sent

    def send(self, body: str, part: str = "", status: int = 200, kind: str = "application/json") -> None:
        self.part, self.instead = part, Wire(body.encode(), status, kind)

    def host(self, venue: str) -> Host:
        return Host(upstream=venue, base_url=f"{self.server.url}/venues/{venue}", min_interval_s=1.0)

    def client(self, venue: str) -> VenueClient:
        return VenueClient(self.host(venue), VENUES[venue], CLOCK)


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with serve() as server:
        world = World(server)
        server.spoil = world.spoil
        yield world


@pytest.fixture(scope="module")
def loaded(running: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Opened]:
    """Every default venue with its markets loaded, before anything is spoilt."""
    opened = {}
    for venue in DEFAULT:
        opened[venue.name] = Opened(venue, CLOCK)
        opened[venue.name].asking(transport(running.host(venue.name), tmp_path_factory.mktemp(venue.name)).get)
    return opened


@pytest.fixture
def world(running: World) -> Iterator[World]:
    yield running
    running.instead = None


def bitcoin(venue: str) -> Instrument:
    """The last market of BTC that there is: a perpetual wherever the venue has one."""
    return [i for i in VENUES[venue].instruments if i.base == "BTC" and i.is_required][-1]


def has(venue: str, question: str) -> bool:
    return question in ("book", "candles") or VENUES[venue].has_open_interest


ASKED = [(venue.name, question) for venue in DEFAULT for question in QUESTIONS if has(venue.name, question)]
#: Told with the markets, whose garbage has a test of its own.
ASKED.remove(("hyperliquid", "open interest"))


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize(("venue", "question"), ASKED, ids=[" ".join(pair) for pair in ASKED])
def test_garbage_with_status_200_is_a_failure(
    world: World, loaded: dict[str, Opened], venue: str, question: str, body: str, tmp_path: Path
) -> None:
    asking = loaded[venue].asking(transport(world.host(venue), tmp_path).get)
    world.send(body)
    with pytest.raises(UpstreamError) as caught:
        QUESTIONS[question](asking, bitcoin(venue))
    assert caught.value.source.startswith(venue)
    assert not caught.value.absent


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("venue", [venue.name for venue in DEFAULT])
def test_garbage_instead_of_markets_is_a_failure(world: World, venue: str, body: str, tmp_path: Path) -> None:
    world.send(body)
    with pytest.raises(UpstreamError) as caught:
        fetched(world.client(venue), f"{venue} contract_specification", tmp_path)
    assert not caught.value.absent


def test_what_tells_of_every_coin_is_asked_once_a_run(world: World, tmp_path: Path) -> None:
    client = world.client("hyperliquid")
    get = transport(client.host, tmp_path).get
    before = len(world.server.requests)
    for job in client.jobs(lambda key: None):
        if job.key.startswith("hyperliquid open_interest") and job.key.split()[-1][:3] in ("BTC", "ETH", "SOL"):
            job.fetch(get)
    assert len(world.server.requests) == before + 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(451, '{"code":0,"msg":"Service unavailable from a restricted location"}'), (403, CLOUDFRONT)],
    ids=["451", "CloudFront's 403"],
)
def test_a_venue_closed_to_us_is_named_a_gap_and_asked_once(
    world: World, status: int, body: str, tmp_path: Path
) -> None:
    world.send(body, part="/venues/okx/", status=status)
    client = world.client("okx")
    get = transport(client.host, tmp_path).get
    before = len(world.server.requests)
    for job in client.jobs(lambda key: None)[:5]:
        with pytest.raises(UpstreamError, match=f"blocked here: HTTP {status}") as caught:
            job.fetch(get)
        assert caught.value.absent
    assert len(world.server.requests) == before + 1


def test_a_refusal_of_another_kind_is_a_failure(world: World, tmp_path: Path) -> None:
    world.send("access too frequent", part="/venues/okx/", status=403, kind="text/plain")
    with pytest.raises(UpstreamError, match="HTTP 403: access too frequent") as caught:
        fetched(world.client("okx"), "okx candle_1d BTC/USDT", tmp_path)
    assert not caught.value.absent


def test_an_address_that_is_gone_is_a_failure(world: World, tmp_path: Path) -> None:
    world.send("Not Found", part="/venues/kraken/", status=404)
    with pytest.raises(UpstreamError, match="HTTP 404") as caught:
        fetched(world.client("kraken"), "kraken candle_1d BTC/USD", tmp_path)
    assert not caught.value.absent


def recorded(world: World, venue: str) -> VenueClient:
    """The client of recordings, years after the moment at which they stand still."""
    return replace(world.client(venue), now=datetime(2036, 11, 2, tzinfo=UTC), is_recorded=True)


@pytest.mark.parametrize("part", ["/venues/kraken/", "/OHLC"], ids=["the whole venue", "one datum"])
def test_of_recordings_what_was_not_recorded_is_a_gap(world: World, part: str, tmp_path: Path) -> None:
    world.send("Not Found", part=part, status=404)
    with pytest.raises(UpstreamError, match="not recorded: HTTP 404") as caught:
        fetched(recorded(world, "kraken"), "kraken candle_1d BTC/USD", tmp_path)
    assert caught.value.absent


def test_recordings_without_any_candle_are_a_gap(world: World, tmp_path: Path) -> None:
    world.send('{"candles":[]}', part="candles?")
    with pytest.raises(UpstreamError, match="not recorded: nothing between") as caught:
        fetched(recorded(world, "coinbase"), "coinbase candle_1d BTC/USD", tmp_path)
    assert caught.value.absent


def test_garbage_of_recordings_is_a_failure(world: World, tmp_path: Path) -> None:
    world.send("<html>", part="/venues/kraken/")
    with pytest.raises(UpstreamError, match="not JSON") as caught:
        fetched(recorded(world, "kraken"), "kraken candle_1d BTC/USD", tmp_path)
    assert not caught.value.absent


def test_recordings_say_what_is_now_and_the_candle_that_runs_then_is_not_finished(world: World, tmp_path: Path) -> None:
    key = "okx candle_1d BTC/USDT"
    told_then = rows(told(world.client("okx"), key, tmp_path / "then"), CANDLE)
    told_later = rows(told(recorded(world, "okx"), key, tmp_path / "later"), CANDLE)
    assert told_later["opened_at"].max() == datetime(2026, 2, 1, tzinfo=UTC)
    assert told_later.select("opened_at", "close").equals(told_then.select("opened_at", "close"))


@pytest.mark.parametrize("count", [0, 1], ids=["an empty page", "a page cut short"])
def test_a_hole_before_older_candles_is_a_failure(world: World, count: int, tmp_path: Path) -> None:
    client, key = world.client("coinbase"), "coinbase candle_1d BTC/USD"
    page = fetched(client, key, tmp_path)[2]
    bars = json.loads(page.body)["candles"][:count]
    world.send(json.dumps({"candles": bars}), part=page.landed.request.removeprefix("GET "))
    with pytest.raises(UpstreamError, match="a page lacks most of its rows, and there are older ones"):
        fetched(client, key, tmp_path)


def test_an_empty_page_where_candles_are_stored_is_a_failure(world: World, tmp_path: Path) -> None:
    world.send('{"candles":[]}', part="candles?")
    with pytest.raises(UpstreamError, match="nothing between 2026-01-29 00:00 and"):
        fetched(world.client("coinbase"), "coinbase candle_1d BTC/USD", tmp_path, lambda key: date(2026, 2, 1))


def test_candles_are_asked_again_from_three_before_the_newest(world: World, tmp_path: Path) -> None:
    client = world.client("kraken")
    newest = {"kraken candle_1d BTC/USD": date(2026, 2, 1)}.get
    replies = fetched(client, "kraken candle_1d BTC/USD", tmp_path, newest)
    found = rows(client.parse("kraken candle_1d BTC/USD", replies), CANDLE)
    assert found["opened_at"].dt.date().to_list() == [date(2026, 1, day) for day in (29, 30, 31)] + [date(2026, 2, 1)]


def test_funding_paid_more_often_comes_in_full_pages_which_are_asked_again_in_halves(
    world: World, tmp_path: Path
) -> None:
    client, key = world.client("okx"), "okx funding DOGE/USDT:USDT"
    replies = fetched(client, key, tmp_path)
    found = client.parse(key, replies)
    assert not found.rejected
    paid = rows(found, FUNDING).sort("funded_at")
    assert set(paid["interval_hours"]) == {4.0, 8.0}
    gaps = paid["funded_at"].diff().dt.total_hours().drop_nulls().to_list()
    assert gaps == paid["interval_hours"].to_list()[1:], "none is missing"


def test_the_running_candle_is_never_taken(world: World, tmp_path: Path) -> None:
    client, key = world.client("okx"), "okx candle_1d BTC/USDT"
    replies = fetched(client, key, tmp_path, lambda key: date(2026, 2, 1))
    sent = candles.opened(VENUES["okx"].instrument("BTC/USDT"), replies[0])
    assert max(sent).date() == CLOCK.date() == date(2026, 2, 2)
    assert rows(client.parse(key, replies), CANDLE)["opened_at"].dt.date().max() == date(2026, 2, 1)


def test_a_candle_is_finished_only_when_received_after_its_close() -> None:
    opened = datetime.fromisoformat("2026-11-01T00:00Z")
    body = [{"t": int(opened.timestamp() * 1000), "o": "2", "h": "3", "l": "1", "c": "2", "v": "5"}]
    instrument = VENUES["hyperliquid"].instrument("BTC/USDC:USDC")
    for received_at, count in ((opened + timedelta(hours=23), 0), (opened + timedelta(hours=25), 1)):
        parsed = candles.parse(instrument, "1d", [reply(body, received_at=received_at)], RECEIVED)
        assert rows(parsed, CANDLE).height == count


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"h": "1.5"}, "not between low and high"), ({"o": "?"}, "is not a number"), ({"t": 1_000}, "no start")],
    ids=["high below close", "no number", "opened in between"],
)
def test_a_candle_that_cannot_be_is_quarantined(changed: dict[str, Any], reason: str) -> None:
    bar = {"t": 1_761_955_200_000, "o": "2", "h": "3", "l": "1", "c": "2", "v": "5"}
    instrument = VENUES["hyperliquid"].instrument("BTC/USDC:USDC")
    parsed = candles.parse(instrument, "1d", [reply([bar | changed])], RECEIVED)
    assert rows(parsed, CANDLE).is_empty()
    assert reason in parsed.rejected[0].reason


def test_pages_that_overlap_count_once_and_must_agree() -> None:
    bar = {"t": 1_761_955_200_000, "o": "2", "h": "3", "l": "1", "c": "2", "v": "5"}
    instrument = VENUES["hyperliquid"].instrument("BTC/USDC:USDC")
    same = candles.parse(instrument, "1d", [reply([bar]), reply([bar])], RECEIVED)
    other = candles.parse(instrument, "1d", [reply([bar]), reply([bar | {"c": "2.5"}])], RECEIVED)
    assert (rows(same, CANDLE).height, len(same.rejected)) == (1, 0)
    assert (rows(other, CANDLE).height, len(other.rejected)) == (0, 2)


def test_a_contract_of_another_size_is_named_with_the_declared_one(world: World, tmp_path: Path) -> None:
    replies = fetched(world.client("okx"), "okx contract_specification", tmp_path)
    body = next(r.body for r in replies if "instType=SWAP" in r.landed.request).decode()
    world.send(body.replace('"ctVal":"0.01"', '"ctVal":"0.1"'), part="instType=SWAP")
    with pytest.raises(UpstreamError, match=r"BTC/USDT:USDT: the contract is 0\.1 base, declared is 0\.01"):
        fetched(world.client("okx"), "okx open_interest BTC/USDT:USDT", tmp_path)


def test_a_size_that_is_no_number_is_refused(world: World, tmp_path: Path) -> None:
    client, key = world.client("deribit"), "deribit contract_specification"
    replies = fetched(client, key, tmp_path)
    bodies = [re.sub(rb'"contract_size": ?[0-9.]+', b'"contract_size":1e400', each.body) for each in replies]
    with pytest.raises(UpstreamError, match="BTC/USD:BTC: says no size of a contract: 'inf' is not a finite number"):
        client.parse(key, [replace(each, body=body) for each, body in zip(replies, bodies, strict=True)])


def test_specifications_are_read_again_from_what_was_landed(world: World, tmp_path: Path) -> None:
    client = world.client("hyperliquid")
    replies = fetched(client, "hyperliquid contract_specification", tmp_path)
    before = len(world.server.requests)
    found = rows(client.parse("hyperliquid contract_specification", replies), CONTRACT_SPECIFICATION)
    assert ("BTC/USDC:USDC", 1.0, "base") in found.select("symbol", "contract_size", "size_unit").rows()
    assert len(world.server.requests) == before


def test_a_coin_that_is_not_listed_is_a_gap_but_a_major_is_a_failure(world: World, tmp_path: Path) -> None:
    world.send(
        '{"products":[{"product_id":"LTC-USD","base_currency_id":"LTC","quote_currency_id":"USD"}]}', "/products"
    )
    for symbol, absent in (("XLM/USD", True), ("BTC/USD", False)):
        with pytest.raises(UpstreamError, match=f"does not list {symbol}") as caught:
            fetched(world.client("coinbase"), f"coinbase candle_1d {symbol}", tmp_path)
        assert caught.value.absent is absent


def test_numbers_are_floats_in_ccxt() -> None:
    """Decimal turns open interest into nothing without a word."""
    assert landing_exchange(VENUES["okx"], CLOCK).number is float


def test_every_address_of_ccxt_is_at_the_declared_host() -> None:
    for venue in VENUES.values():
        exchange = landing_exchange(venue, CLOCK)
        addresses = json.dumps(exchange.urls["api"]).replace("{hostname}", exchange.hostname or "")
        assert f'"{venue.live}' in addresses, venue.name


# -- books ------------------------------------------------------------------------------------------


BIDS, ASKS = [[99.9, 2.0, 0], [99.8, 3.0]], [[100.1, 1.0], [100.2, 4.0, 1_700_000_000]]


def made(bids: Sequence[Any], asks: Sequence[Any], venue: str = "okx", **said: Any) -> Book:
    instrument = VENUES[venue].instruments[-1]
    return book(
        VENUES[venue],
        instrument,
        {"bids": bids, "asks": asks, **said},
        {"contractSize": 10.0},
        limit=20,
        requested_at=CLOCK,
        received_at=CLOCK,
    )


def test_a_book_keeps_sizes_as_sent_and_says_what_they_count() -> None:
    """A third element of a level says nothing of size; a venue without stamp has none."""
    found = made(BIDS, ASKS, nonce=None)
    assert (found.bid_px, found.bid_qty) == ((99.9, 99.8), (2.0, 3.0))
    assert (found.ask_px, found.ask_qty) == ((100.1, 100.2), (1.0, 4.0))
    assert (found.contract_size, found.size_unit, found.stamped_at, found.nonce) == (10.0, "base", None, None)


@pytest.mark.parametrize(
    ("bids", "asks", "reason"),
    [
        ([], [], "bids are empty"),
        (BIDS, [], "asks are empty"),
        ([[100.1, 1.0]], ASKS, "crossed: bid 100.1, ask 100.1"),
        (BIDS[::-1], ASKS, "bids are not sorted"),
        (BIDS, [[100.1, 1.0], [100.1, 1.0]], "asks are not sorted"),
        ([[99.9, 0.0]], ASKS, "bids have a size of 0"),
        ([[99.9, None]], ASKS, "is not a number"),
    ],
    ids=["empty", "one-sided", "crossed", "unsorted", "a price twice", "no size", "no number"],
)
def test_a_book_that_cannot_be_is_refused(bids: Any, asks: Any, reason: str) -> None:
    with pytest.raises(UpstreamError, match=reason):
        made(bids, asks)


def test_a_book_through_the_transport(world: World, loaded: dict[str, Opened], tmp_path: Path) -> None:
    asking = loaded["okx"].asking(transport(world.host("okx"), tmp_path).get)
    found, landed = ask_book(asking, VENUES["okx"].instrument("BTC/USDT:USDT"), 50)
    assert (found.contract_size, found.limit, len(found.bid_px)) == (0.01, 50, 50)
    assert found.stamped_at == CLOCK
    assert isinstance(landed, Reply)


@pytest.mark.parametrize("body", [None, *GARBAGE.values()], ids=["a book", *GARBAGE])
def test_a_book_polled_without_landing(world: World, body: str | None) -> None:
    async def poll() -> Book:
        exchange = polling_exchange(VENUES["gate"], world.host("gate").base_url)
        try:
            await exchange.load_markets()
            if body is not None:
                world.send(body, part="order_book")
            return await poll_book(exchange, VENUES["gate"], VENUES["gate"].instrument("BTC/USDT:USDT"), 20)
        finally:
            await exchange.close()

    if body is not None:
        with pytest.raises(UpstreamError, match="gate"):
            asyncio.run(poll())
    else:
        assert asyncio.run(poll()).contract_size == 0.0001
