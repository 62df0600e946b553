"""Dated futures of the sample world through ccxt and our transport: found, priced, listed late, and gone."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.clients.transport import Host
from assets.clients.venues.venue import VenueClient
from pipelines.sample.calendars import CLOCK
from pipelines.sample.server import SampleServer, serve
from tests.canned import fetched, rows, told
from tests.models import warehouse
from warehouse.catalogue.expiries import quarterly
from warehouse.catalogue.venues import VENUES
from warehouse.claims import UpstreamError
from warehouse.gaps import find_gaps
from warehouse.locating import Body
from warehouse.tables.crypto_facts import CANDLE, CONTRACT_SPECIFICATION

MARCH, JUNE = "BTC/USD:BTC-260327", "BTC/USD:BTC-260626"
DAY = timedelta(days=1)


def client(server: SampleServer, venue: str, now: datetime) -> VenueClient:
    host = Host(upstream=venue, base_url=f"{server.url}/venues/{venue}", min_interval_s=1.0)
    return VenueClient(host, VENUES[venue], now)


def test_futures_expire_on_the_last_friday_of_a_quarter() -> None:
    assert quarterly(date(2026, 2, 2)) == (date(2026, 3, 27), date(2026, 6, 26))
    assert quarterly(date(2026, 3, 27)) == (date(2026, 3, 27), date(2026, 6, 26), date(2026, 9, 25))
    assert quarterly(date(2026, 9, 26)) == (date(2026, 12, 25), date(2027, 3, 26))


def test_one_with_90_days_to_go_is_among_them_on_every_day() -> None:
    days = [date(2024, 1, 1) + n * DAY for n in range(5 * 366)]
    assert min((quarterly(day)[-1] - day).days for day in days) >= 90


def test_what_is_asked_for_changes_with_the_quarter() -> None:
    at_okx = [i.symbol for i in VENUES["okx"].futures(date(2026, 2, 2)) if i.base == "BTC"]
    assert at_okx == [MARCH, JUNE, "BTC/USDT:USDT-260327", "BTC/USDT:USDT-260626"]
    assert [i.symbol for i in VENUES["deribit"].futures(date(2026, 3, 28)) if i.base == "ETH"] == [
        "ETH/USD:ETH-260626",
        "ETH/USD:ETH-260925",
    ]


@pytest.mark.parametrize(
    ("venue", "name", "named", "listed", "size"),
    [
        ("okx", "instId", "BTC-USD-260327", "2025-09-26", 100.0),
        ("deribit", "instrument_name", "BTC-27MAR26", "2025-03-28", 10.0),
    ],
)
def test_a_future_is_what_the_venue_says_and_has_every_day_since_it_was_listed(
    venue: str, name: str, named: str, listed: str, size: float, tmp_path: Path
) -> None:
    with serve() as server:
        of = client(server, venue, CLOCK)
        replies = fetched(of, f"{venue} contract_specification", tmp_path)
        contract = rows(of.parse(f"{venue} contract_specification", replies), CONTRACT_SPECIFICATION)
        march = contract.filter(symbol=MARCH).row(0, named=True)
        assert march["expires_at"] == datetime(2026, 3, 27, 8, tzinfo=UTC)
        assert (march["valid_from"], march["known_at"], march["known_at_basis"]) == (
            date.fromisoformat(listed),
            datetime.fromisoformat(f"{listed}T08:00Z"),
            "stamp",
        )
        (body,) = (reply.body for reply in replies if reply.landed.landed_id == march["landed_id"])
        assert json.loads(Body(body).at(march["locator"]))[name] == named
        assert (march["contract_size"], march["size_unit"], march["settle"]) == (size, "quote", "BTC")
        assert contract.filter(pl.col("market") != "future")["expires_at"].null_count() == len(contract) - len(
            VENUES[venue].futures(CLOCK.date())
        )
        candles = rows(told(of, f"{venue} candle_1d {MARCH}", tmp_path), CANDLE).sort("opened_at")
    since = date.fromisoformat(listed)
    assert candles["opened_at"].dt.date().to_list() == [since + n * DAY for n in range((CLOCK.date() - since).days)]
    assert candles["market"].unique().to_list() == ["future"]
    assert (candles["volume_base"] > 0).all()


def test_one_that_was_listed_today_is_no_failure_and_one_of_yesterday_no_hole(tmp_path: Path) -> None:
    listed = datetime(2025, 12, 26, 12, tzinfo=UTC)
    key = f"okx candle_1d {JUNE}"
    for now, days in ((listed - DAY, None), (listed, None), (listed + DAY, 1)):
        with serve(at=now) as server:
            of = client(server, "okx", now)
            if days is None:
                with pytest.raises(UpstreamError, match=r"does not list|listed on 2025-12-26") as caught:
                    fetched(of, key, tmp_path)
                assert caught.value.absent
            else:
                found = rows(told(of, key, tmp_path), CANDLE)
                assert found["opened_at"].to_list() == [datetime(2025, 12, 26, tzinfo=UTC)]


def test_one_that_has_expired_stays_and_is_no_hole(tmp_path: Path) -> None:
    """The last fetch before the end and the next one after it, in one warehouse."""
    december = "BTC/USD:BTC-251226"
    before, after = datetime(2025, 12, 26, 6, tzinfo=UTC), CLOCK
    with warehouse(tmp_path) as store:
        for now in (before, after):
            with serve(at=now) as server:
                of = client(server, "okx", now)
                asked = [job.key for job in of.jobs(lambda _: None) if job.key.endswith((december, MARCH))]
                for key in (*asked, "okx contract_specification"):
                    parsed = told(of, key, tmp_path)
                    with store.transaction():
                        for table, frame in parsed.frames:
                            store.append(table, frame)
        assert asked == [f"okx candle_1d {MARCH}"]
        last = store.read("select max(opened_at) from facts.candle where symbol = ?", [december]).item()
        assert last == datetime(2025, 12, 25, tzinfo=UTC)
        ends = store.read("select symbol, expires_at from facts.contract_specification where symbol = ?", [december])
        assert ends.rows() == [(december, datetime(2025, 12, 26, 8, tzinfo=UTC))]
        gaps = find_gaps(store, after).filter(table_name="facts.candle")
        assert gaps.is_empty()


def test_it_costs_less_since_the_flush_and_ends_at_spot(tmp_path: Path) -> None:
    """Percent a year, and two hours before the end what the coin costs itself, within two basis points."""
    now = datetime(2025, 12, 26, 6, tzinfo=UTC)
    with serve(at=now) as server:
        future = rows(told(client(server, "deribit", now), "deribit candle_1d BTC/USD:BTC-251226", tmp_path), CANDLE)
        spot = rows(told(client(server, "coinbase", now), "coinbase candle_1d BTC/USD", tmp_path), CANDLE)
    both = future.join(spot, on="opened_at").sort("opened_at")
    over = dict(zip(both["opened_at"].dt.date(), 100 * (both["close"] / both["close_right"] - 1), strict=True))
    year = {day: basis * 365 / (date(2025, 12, 26) - day).days for day, basis in over.items()}
    assert 7 < year[date(2025, 10, 8)] < 10
    assert 0 < year[date(2025, 11, 25)] < 2
    assert abs(over[date(2025, 12, 25)]) < 0.02
