"""Binance USD-M from the recordings: through ccxt and our transport, to the digit of the recorded files."""

import gzip
from collections.abc import Iterator
from csv import DictReader
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from assets.clients.transport import Host
from assets.clients.venues.venue import VenueClient
from tests.canned import rows, told
from tests.pipeline import RECORDINGS, needs_recordings, replay
from warehouse.catalogue.venues import VENUES
from warehouse.table import Table
from warehouse.tables.crypto_facts import CANDLE, CONTRACT_SPECIFICATION, FUNDING, OPEN_INTEREST

pytestmark = needs_recordings
NOW = datetime(2026, 3, 20, 5, tzinfo=UTC)
SYMBOLS = {"BTC/USDT:USDT": "BTCUSDT", "ETH/USDT:USDT": "ETHUSDT", "SOL/USDT:USDT": "SOLUSDT"}
every_symbol = pytest.mark.parametrize("symbol", SYMBOLS)


@pytest.fixture(scope="module")
def client() -> Iterator[VenueClient]:
    with replay("--at", NOW.isoformat()) as server:
        host = Host(upstream="binanceusdm", base_url=server.url, min_interval_s=1.0)
        yield VenueClient(host, VENUES["binanceusdm"], NOW)


def recorded(path: str, symbol: str) -> list[dict[str, str]]:
    file = Path(str(RECORDINGS), "binance", "um", path.format(SYMBOLS[symbol]))
    with gzip.open(file, "rt", newline="") as lines:
        return list(DictReader(lines))


def stored(client: VenueClient, table: Table, job: str, folder: Path) -> pl.DataFrame:
    parsed = told(client, f"binanceusdm {job}", folder)
    assert not parsed.rejected
    return rows(parsed, table)


def moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


@every_symbol
@pytest.mark.parametrize(("interval", "hours"), [("1d", 24), ("1h", 1)])
def test_candles(client: VenueClient, symbol: str, interval: str, hours: int, tmp_path: Path) -> None:
    found = stored(client, CANDLE, f"candle_{interval} {symbol}", tmp_path)
    names = ("open_time", "open", "high", "low", "close", "volume")
    lines = [[line[name] for name in names] for line in recorded(f"klines/{{}}/{interval}.csv.gz", symbol)]
    first: datetime = found.sort("opened_at")["opened_at"][0]
    expected = [
        (moment(opened), *map(float, numbers))
        for opened, *numbers in lines
        if moment(opened) >= first and (NOW - moment(opened)).total_seconds() >= hours * 3600
    ]
    # The last recorded candle was running when it was recorded and is never served as finished.
    kept = found.sort("opened_at").select("opened_at", "open", "high", "low", "close", "volume_base").rows()
    assert kept == expected[: len(kept)]
    assert len(expected) - len(kept) <= 1
    assert len(kept) >= {"1d": 799, "1h": 1434}[interval]


@every_symbol
def test_funding(client: VenueClient, symbol: str, tmp_path: Path) -> None:
    found = stored(client, FUNDING, f"funding {symbol}", tmp_path).sort("funded_at")
    lines = recorded("funding/{}.csv.gz", symbol)
    expected = [(moment(line["fundingTime"]), float(line["fundingRate"]), 8.0) for line in lines]
    paid = found.filter(known_at_basis="stamp").select("funded_at", "rate", "interval_hours").rows()
    assert [(at.replace(microsecond=0), *rest) for at, *rest in expected[1:]] == paid, "the oldest has no interval"
    assert found.filter(pl.col("known_at_basis") != "stamp")["interval_hours"].to_list() == [8.0]


@every_symbol
def test_open_interest_history(client: VenueClient, symbol: str, tmp_path: Path) -> None:
    found = stored(client, OPEN_INTEREST, f"open_interest {symbol}", tmp_path).sort("observed_at")
    lines = recorded("open_interest_hist/{}/1d.csv.gz", symbol)
    expected = [
        (moment(line["timestamp"]), float(line["sumOpenInterest"]), float(line["sumOpenInterestValue"]))
        for line in lines
    ]
    history = found.select("observed_at", "open_interest_coin", "open_interest_usd").rows()
    assert expected[:-1] == history[: len(expected) - 1]
    assert len(history) >= len(expected)


def test_every_contract_is_one_coin(client: VenueClient, tmp_path: Path) -> None:
    found = stored(client, CONTRACT_SPECIFICATION, "contract_specification", tmp_path)
    assert dict(found.select("symbol", "contract_size").rows()) == dict.fromkeys(SYMBOLS, 1.0)
