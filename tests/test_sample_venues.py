"""The sample world's crypto venues through the real ccxt over real sockets: one story told in seven formats."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from pipelines.sample.calendars import CLOCK
from pipelines.sample.server import SampleServer, serve
from pipelines.sample.venues import coin_prices, derivatives
from pipelines.sample.wire.reply import Reply
from pipelines.sample.world import SEED, build
from tests.venues import local_ccxt

VENUES = ("okx", "deribit", "hyperliquid", "kraken", "coinbase", "gate", "bitget")
BITCOIN = {
    "okx": "BTC/USDT:USDT",
    "deribit": "BTC/USD:BTC",
    "hyperliquid": "BTC/USDC:USDC",
    "kraken": "BTC/USD",
    "coinbase": "BTC/USD",
    "gate": "BTC/USDT:USDT",
    "bitget": "BTC/USDT:USDT",
}
PAGES = {"okx": 300, "deribit": 1000, "hyperliquid": 5000, "kraken": 720, "coinbase": 300, "gate": 1999, "bitget": 90}
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
Desk = Callable[[str], Any]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def desk(sample: SampleServer) -> Desk:
    """Exchanges by name, whose clocks stand where the server's does."""
    open_: dict[str, Any] = {}

    def exchange(name: str) -> Any:
        if name not in open_:
            open_[name] = local_ccxt(name, sample.url, now_ms=int(sample.at.timestamp() * 1000))
            open_[name].load_markets()
        return open_[name]

    return exchange


@pytest.fixture(scope="module")
def now() -> Iterator[Desk]:
    with serve() as sample:
        yield desk(sample)


@pytest.fixture(scope="module")
def after_flush() -> Iterator[Desk]:
    """Two days after the flush."""
    with serve(at=datetime(2025, 10, 12, 12, tzinfo=UTC)) as sample:
        yield desk(sample)


def depth_usd(exchange: Any, symbol: str, bps: float = 100) -> float:
    """Both sides within some bps of the mid, in US dollars, from the units the venue declares."""
    book, market = exchange.fetch_order_book(symbol, 400), exchange.market(symbol)
    mid = (book["bids"][0][0] + book["asks"][0][0]) / 2
    levels = [level for level in book["bids"] + book["asks"] if abs(level[0] / mid - 1) <= bps / 1e4]
    if market["inverse"]:
        return float(sum(level[1] for level in levels))
    size = market["contractSize"] if market["contract"] and exchange.id in ("okx", "gate") else 1
    return float(sum(level[0] * level[1] * size for level in levels))


def open_coins(exchange: Any, symbol: str) -> float:
    """Open interest now, converted to coins by hand."""
    if exchange.id == "gate":
        row = exchange.fetch_open_interest_history(symbol, "1h", limit=1)[-1]
        return float(row["openInterestAmount"] * exchange.market(symbol)["contractSize"])
    row = exchange.fetch_open_interest(symbol)
    if exchange.id == "okx":
        return float(row["openInterestAmount"] * exchange.market(symbol)["contractSize"])
    if exchange.id == "deribit":
        price = float(row["info"]["estimated_delivery_price"])
        return float(row["openInterestValue"] / (price if exchange.market(symbol)["inverse"] else 1))
    assert row["openInterestValue"] is None
    assert (row["timestamp"] is None) == (exchange.id == "hyperliquid")
    return float(row["openInterestAmount"])


@pytest.mark.parametrize(
    ("name", "markets", "some"),
    [
        ("okx", 34, ["BTC/USDT", "BTC/USDT:USDT", "WBTC/USDT", "USDC/USDT", "DOGE/USDT:USDT", "ETH/USDT:USDT-260327"]),
        ("deribit", 12, ["BTC/USD:BTC", "ETH/USD:ETH", "SOL/USDC:USDC", "XRP/USDC:USDC", "ETH/USD:ETH-260327"]),
        ("hyperliquid", 12, ["BTC/USDC:USDC", "TRX/USDC:USDC"]),
        ("kraken", 15, ["BTC/USD", "DOGE/USD", "USDT/USD", "USDC/USDT", "WBTC/USD"]),
        ("coinbase", 12, ["BTC/USD", "EOS/USD", "USDT/USD"]),
        ("gate", 28, ["BTC/USDT", "BTC/USDT:USDT", "EOS/USDT", "EOS/USDT:USDT"]),
        ("bitget", 26, ["BTC/USDT", "BTC/USDT:USDT", "WBTC/USDT"]),
    ],
)
def test_markets_load(now: Desk, name: str, markets: int, some: list[str]) -> None:
    assert len(now(name).symbols) == markets
    assert set(some) <= set(now(name).symbols)


def test_contracts_are_worth_what_the_venue_declares(now: Desk) -> None:
    assert now("okx").market("BTC/USDT:USDT")["contractSize"] == 0.01
    assert now("gate").market("BTC/USDT:USDT")["contractSize"] == 0.0001
    assert now("deribit").market("BTC/USD:BTC")["contractSize"] == 10
    assert now("deribit").market("BTC/USD:BTC")["inverse"]
    assert now("hyperliquid").market("BTC/USDC:USDC")["contractSize"] == 1


@pytest.mark.parametrize("name", VENUES)
def test_daily_closes_are_the_macro_worlds_within_basis_points(now: Desk, name: str) -> None:
    bars = build(SEED).bars["BTC-USD"]
    closes = dict(zip(bars.days, bars.close.tolist(), strict=True))
    rows = now(name).fetch_ohlcv(BITCOIN[name], "1d", ms("2025-10-01"), 60)
    assert len(rows) == 60
    for start, _, _, _, close, volume in rows:
        day = datetime.fromtimestamp(start / 1000, UTC).date()
        assert abs(close / closes[day] - 1) < 5e-4
        assert volume > 0
    assert all(before[4] == row[1] for before, row in pairwise(rows))


@pytest.mark.parametrize("name", VENUES)
def test_hours_add_up_to_their_day(now: Desk, name: str) -> None:
    start = ms("2026-01-20")
    day = now(name).fetch_ohlcv(BITCOIN[name], "1d", start, 1)[0]
    hours = now(name).fetch_ohlcv(BITCOIN[name], "1h", start, 24)
    assert [row[0] for row in hours] == [start + number * HOUR_MS for number in range(24)]
    assert day[1] == hours[0][1]
    assert day[2] == max(row[2] for row in hours)
    assert day[3] == min(row[3] for row in hours)
    assert day[4] == hours[-1][4]
    assert sum(row[5] for row in hours) == pytest.approx(day[5], rel=1e-4)
    assert all(low <= min(o, c) <= max(o, c) <= high for _, o, high, low, c, _ in hours)


@pytest.mark.parametrize("name", VENUES)
def test_the_last_candle_is_the_unfinished_one(now: Desk, name: str) -> None:
    rows = now(name).fetch_ohlcv(BITCOIN[name], "1d", ms("2026-01-30"))
    assert rows[-1][0] == ms("2026-02-02")
    assert rows[-1][4] == pytest.approx(coin_prices.price(SEED, "BTC", CLOCK.timestamp()), rel=1e-3)
    assert rows[-1][5] < rows[-2][5]


@pytest.mark.parametrize("name", VENUES)
def test_candles_page_without_gaps_as_far_as_the_venue_reaches(now: Desk, name: str) -> None:
    since, rows = ms("2023-01-01"), list[Any]()
    while True:
        page = now(name).fetch_ohlcv(BITCOIN[name], "1d", since, 200 if name == "bitget" else 1000)
        assert len(page) <= PAGES[name]
        rows, since = rows + page, page[-1][0] + DAY_MS if page else since
        if not page or since > ms("2026-02-02"):
            break
    first = "2024-02-14" if name == "kraken" else "2023-01-01"
    assert [row[0] for row in rows] == list(range(ms(first), ms("2026-02-03"), DAY_MS))


@pytest.mark.parametrize("name", VENUES)
def test_books_are_sorted_uncrossed_and_as_deep_as_the_venue_allows(now: Desk, name: str) -> None:
    book = now(name).fetch_order_book(BITCOIN[name], 100)
    bids, asks = book["bids"], book["asks"]
    assert len(bids) == len(asks) == (20 if name == "hyperliquid" else 100)
    assert all(before[0] > level[0] for before, level in pairwise(bids))
    assert all(before[0] < level[0] for before, level in pairwise(asks))
    assert bids[0][0] < asks[0][0] < bids[0][0] * 1.0005
    assert all(level[1] > 0 for level in bids + asks)
    assert {len(level) for level in bids} == {3 if name in ("okx", "kraken") else 2}
    assert book["timestamp"] == (None if name == "kraken" else int(CLOCK.timestamp()) * 1000)
    assert (book["nonce"] is not None) == (name in ("deribit", "gate"))


def test_units_of_books_lead_to_the_same_order_of_dollars(now: Desk) -> None:
    depths = {name: depth_usd(now(name), BITCOIN[name]) for name in VENUES if name != "hyperliquid"}
    assert 5e6 < min(depths.values()) < max(depths.values()) < 1e8
    amounts = now("deribit").fetch_order_book("BTC/USD:BTC", 20)["bids"]
    assert all(level[1] % 10 == 0 for level in amounts)
    contracts = now("gate").fetch_order_book("BTC/USDT:USDT", 20)["bids"]
    assert all(level[1] == int(level[1]) for level in contracts)
    narrow = now("hyperliquid").fetch_order_book("BTC/USDC:USDC")
    assert narrow["asks"][-1][0] / narrow["bids"][-1][0] - 1 < 20e-4


@pytest.mark.parametrize("coin", ["BTC", "SOL"])
@pytest.mark.parametrize("name", ["okx", "deribit", "hyperliquid", "gate", "bitget"])
def test_open_interest_is_the_storys_coins_in_every_unit(now: Desk, name: str, coin: str) -> None:
    symbol = "SOL/USDC:USDC" if (name, coin) == ("deribit", "SOL") else BITCOIN[name].replace("BTC", coin)
    expected = float(derivatives.open_coins(SEED, name, coin, CLOCK.timestamp()))
    assert open_coins(now(name), symbol) == pytest.approx(expected, rel=1e-4)


def test_open_interest_falls_by_a_third_in_coins_and_turns_funding_negative(after_flush: Desk) -> None:
    for name in ("okx", "gate"):
        rows = after_flush(name).fetch_open_interest_history("BTC/USDT:USDT", "1d", ms("2025-10-10"), 2)
        assert [row["timestamp"] for row in rows] == [ms("2025-10-10"), ms("2025-10-11")]
        before, after = (row["openInterestAmount"] for row in rows)
        assert 0.30 < 1 - after / before < 0.40
    calm = after_flush("gate").fetch_open_interest_history("BTC/USDT:USDT", "1h", ms("2025-10-10T20:00"), 3)
    assert float(calm[0]["info"]["long_liq_usd"]) < 5e7 < float(calm[2]["info"]["long_liq_usd"])
    for name in ("okx", "deribit", "hyperliquid", "gate"):
        paid = after_flush(name).fetch_funding_rate_history(BITCOIN[name], ms("2025-10-10"), 200)
        rates = {row["timestamp"] // HOUR_MS * HOUR_MS: row["fundingRate"] for row in paid}
        assert rates[ms("2025-10-10T16:00")] > 0 > rates[ms("2025-10-11")]


def test_the_flush_goes_from_122_600_to_104_000_in_half_an_hour(after_flush: Desk) -> None:
    hours = after_flush("okx").fetch_ohlcv("BTC/USDT", "1h", ms("2025-10-10T20:00"), 2)
    assert hours[0][2] == 122_600.0
    assert hours[1][3] == 104_000.0
    solana = after_flush("okx").fetch_ohlcv("SOL/USDT", "1d", ms("2025-10-10"), 1)[0]
    assert solana[3] / solana[1] < 104_000 / 122_600


@pytest.mark.parametrize("name", ["okx", "kraken", "coinbase", "gate", "deribit"])
def test_books_are_four_tenths_thinner_after_the_flush(name: str) -> None:
    depths = []
    for day in (datetime(2025, 10, 9, 12, tzinfo=UTC), datetime(2025, 10, 14, 12, tzinfo=UTC)):
        with serve(at=day) as sample:
            exchange = desk(sample)(name)
            depths.append([])
            for second in range(0, 300, 60):
                sample.at = day + timedelta(seconds=second)
                depths[-1].append(depth_usd(exchange, BITCOIN[name], 80))
    before, after = map(sum, depths)
    assert 0.55 < after / before < 0.65


@pytest.mark.parametrize(
    ("name", "interval"), [("okx", "8h"), ("deribit", "8h"), ("hyperliquid", "1h"), ("gate", "8h"), ("bitget", "8h")]
)
def test_funding_comes_with_its_interval(now: Desk, name: str, interval: str) -> None:
    rate = now(name).fetch_funding_rate(BITCOIN[name])
    assert rate["interval"] == interval
    assert abs(rate["fundingRate"]) < 5e-4
    rows = now(name).fetch_funding_rate_history(BITCOIN[name], ms("2026-01-28"), 100)
    hours = {round((after["timestamp"] - before["timestamp"]) / HOUR_MS) for before, after in pairwise(rows)}
    assert hours == {1 if name in ("deribit", "hyperliquid") else 8}


def test_one_symbol_of_okx_pays_every_four_hours_from_december_on(now: Desk) -> None:
    assert now("okx").fetch_funding_rate("DOGE/USDT:USDT")["interval"] == "4h"
    page = {"after": ms("2025-12-03")}
    rows = now("okx").fetch_funding_rate_history("DOGE/USDT:USDT", ms("2025-11-29"), 100, page)
    at = [row["timestamp"] for row in rows]
    switch = ms("2025-12-01")
    assert {after - before for before, after in pairwise(at) if after <= switch} == {8 * HOUR_MS}
    assert {after - before for before, after in pairwise(at) if after > switch} == {4 * HOUR_MS}


def test_altcoins_fall_further_than_bitcoin_in_the_last_quarter_of_2025(now: Desk) -> None:
    rows = {
        coin: now("okx").fetch_ohlcv(f"{coin}/USDT", "1d", ms("2025-10-01"), 92)
        for coin in ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LINK", "AVAX", "LTC", "DOT", "BNB", "TRX")
    }
    falls = {coin: days[-1][4] / days[0][1] - 1 for coin, days in rows.items()}
    assert -0.3 < falls.pop("BTC") < -0.15
    assert max(falls.values()) < -0.22


def test_bitget_pages_funding_by_number_and_ignores_since(now: Desk) -> None:
    assert now("bitget").fetch_funding_rate_history("BTC/USDT:USDT", ms("2026-01-20"), 10)[0]["timestamp"] > ms(
        "2026-01-29"
    )
    older = now("bitget").fetch_funding_rate_history("BTC/USDT:USDT", None, 10, {"pageNo": 2})
    newer = now("bitget").fetch_funding_rate_history("BTC/USDT:USDT", None, 10)
    assert newer[0]["timestamp"] - older[-1]["timestamp"] == 8 * HOUR_MS


def test_okx_keeps_little_history_of_open_interest(now: Desk) -> None:
    for period, kept in (("5m", 3), ("1h", 5), ("1d", 100)):
        rows = now("okx").fetch_open_interest_history("BTC/USDT:USDT", period, ms("2025-06-01"), 100)
        assert rows == []  # an old window is empty, not an error
        page = {"until": ms("2026-02-02T12:00")}
        latest = now("okx").fetch_open_interest_history("BTC/USDT:USDT", period, None, 100, page)
        assert len(latest) == 100
        assert latest[0]["timestamp"] >= ms("2026-02-02T12:00") - kept * DAY_MS


def test_a_delisted_coin_trades_until_the_middle_of_2025() -> None:
    import ccxt

    with serve(at=datetime(2025, 6, 1, tzinfo=UTC)) as sample:
        then = desk(sample)
        assert then("okx").market("EOS/USDT")["active"]
        assert then("gate").fetch_order_book("EOS/USDT", 10)["bids"]
    with serve() as sample:
        today = desk(sample)
        assert "EOS/USDT" not in today("okx").markets
        assert "EOS/USD" not in today("kraken").markets
        assert not today("gate").market("EOS/USDT")["active"]
        assert not today("coinbase").market("EOS/USD")["active"]
        rows = today("coinbase").fetch_ohlcv("EOS/USD", "1d", ms("2025-06-01"), 300)
        assert rows[-1][0] == ms("2025-06-29")
        with pytest.raises(ccxt.BadRequest):
            today("gate").fetch_order_book("EOS/USDT", 10)


def test_unknown_things_are_refused_in_each_venues_own_way() -> None:
    cases: list[tuple[str, int, Any]] = [
        ("okx/api/v5/market/books?instId=NOPE-USDT&sz=5", 200, {"code": "51001"}),
        ("okx/api/v5/nope", 404, {"code": "404"}),
        ("deribit/api/v2/public/nope", 400, {"jsonrpc": "2.0"}),
        ("kraken/0/public/Depth?pair=NOPE", 200, {"error": ["EQuery:Unknown asset pair"]}),
        ("kraken/0/public/Nope", 404, {"error": ["EGeneral:Unknown method"]}),
        ("coinbase/api/v3/brokerage/market/products/NOPE-USD", 404, {"error": "NOT_FOUND"}),
        ("gate/api/v4/spot/order_book?currency_pair=NOPE_USDT", 400, {"label": "INVALID_CURRENCY_PAIR"}),
        ("bitget/api/v2/spot/market/orderbook?symbol=NOPEUSDT", 400, {"code": "40034"}),
        ("bitget/api/v2/nope", 404, {"code": "40404"}),
        ("gate/api/v4/futures/usdt/order_book?contract=BTC_USDT&limit=301", 400, {"label": "INVALID_PARAM_VALUE"}),
    ]
    with serve() as sample, httpx.Client(base_url=f"{sample.url}/venues/", verify=False) as http:
        for path, status, said in cases:
            reply = http.get(path)
            assert reply.status_code == status, path
            assert said.items() <= reply.json().items()
        assert http.post("hyperliquid/info", json={"type": "l2Book", "coin": "NOPE"}).json() is None
        assert http.post("hyperliquid/info", json={"type": "nope"}).status_code == 422
        assert http.get("hyperliquid/info").status_code == 422
        assert http.get("nope/books").status_code == 404
        assert http.post(f"{sample.url}/api/soma/summary.json").status_code == 404


def test_two_servers_send_the_same_books_and_the_next_second_sends_others() -> None:
    paths = ["okx/api/v5/market/books?instId=BTC-USDT&sz=400", "kraken/0/public/Depth?pair=XETHZUSD&count=500"]
    bodies = []
    for late in (0, 0, 1):
        with serve(at=CLOCK + timedelta(seconds=late)) as sample, httpx.Client(verify=False) as http:
            bodies.append([http.get(f"{sample.url}/venues/{path}").content for path in paths])
    assert bodies[0] == bodies[1]
    assert all(one != other for one, other in zip(bodies[0], bodies[2], strict=True))
    before, after = (json.loads(body[0])["data"][0]["bids"] for body in (bodies[0], bodies[2]))
    assert 0 < abs(float(before[0][0]) / float(after[0][0]) - 1) < 5e-4


def test_books_run_ahead_of_the_clock_when_they_are_told_to() -> None:
    with serve() as sample:
        exchange = desk(sample)("okx")
        assert exchange.fetch_order_book("BTC/USDT", 5)["timestamp"] == int(CLOCK.timestamp()) * 1000
        sample.books_move, sample.started = True, sample.started - 7
        first = exchange.fetch_order_book("BTC/USDT", 5)
        assert 7_000 <= first["timestamp"] - CLOCK.timestamp() * 1000 < 60_000
        sample.started -= 2
        second = exchange.fetch_order_book("BTC/USDT", 5)
        assert second["timestamp"] - first["timestamp"] >= 2_000
        assert second["bids"] != first["bids"]
        assert exchange.fetch_open_interest("BTC/USDT:USDT")["timestamp"] == int(CLOCK.timestamp()) * 1000


def test_faults_reach_get_and_post_alike() -> None:
    import ccxt

    def spoil(target: str, reply: Reply) -> Reply:
        if "l2Book" in target:
            raise ConnectionAbortedError
        return dataclasses.replace(reply, body=b"<html>") if "market/books" in target else reply

    with serve() as sample:
        exchange = desk(sample)
        okx, hyperliquid = exchange("okx"), exchange("hyperliquid")
        sample.spoil = spoil
        assert okx.fetch_order_book("BTC/USDT", 5)["bids"] == []  # what ccxt makes of a page that is no book
        with pytest.raises(ccxt.NetworkError):
            hyperliquid.fetch_order_book("BTC/USDC:USDC")
        sample.spoil = None
        assert hyperliquid.fetch_order_book("BTC/USDC:USDC")["bids"]
        assert '/venues/hyperliquid/info {"type":"l2Book","coin":"BTC"}' in sample.requests


def test_the_asynchronous_ccxt_gets_the_same() -> None:
    async def books(url: str) -> list[Any]:
        exchanges = [local_ccxt(name, url, asynchronous=True) for name in VENUES]
        try:
            return await asyncio.gather(*(one.fetch_order_book(BITCOIN[one.id], 20) for one in exchanges))
        finally:
            await asyncio.gather(*(one.close() for one in exchanges))

    with serve() as sample:
        found = asyncio.run(books(sample.url))
        assert [len(book["bids"]) for book in found] == [20] * len(VENUES)
        assert found[0] == desk(sample)("okx").fetch_order_book("BTC/USDT:USDT", 20)
