"""Every client's parser against damaged replies: an error that names what was asked, or rows that were said."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from assets.clients.fred_api import FredApi
from assets.clients.jobs import Client
from assets.clients.provided import provided
from pipelines.origins import Origin
from pipelines.sample.calendars import CLOCK
from pipelines.sample.server import serve
from tests.believed import unbelievable
from tests.canned import transport
from tests.damaged import damaged
from tests.pipeline import needs_recordings, replay
from warehouse.claims import Reply, UpstreamError
from warehouse.landing import Landing

NEAR = date(2026, 1, 20)
FRED_API = "fred with a key"
JOBS = {
    "fred": ("WALCL", "M2SL"),
    FRED_API: ("WALCL", "M2SL"),
    "nyfed": ("NYFED_SOFR", "facts.treasury_operation", "facts.agency_mbs_operation", "facts.repo_operation"),
    "fiscaldata": ("DTS_TGA_CLOSE", "facts.fiscal_flow"),
    "yahoo": ("YAHOO_RUT_CLOSE", "YAHOO_IWM_CLOSE", "YAHOO_LTC_USD_CLOSE"),
    "seed": ("facts.gse_portfolio", "facts.policy_event"),
    "provided": ("facts.etf_flow", "facts.exchange_reserve"),
    "binance_archive": ("binanceusdm archive BTC/USDT:USDT 2026-02",),
}
VENUE_DATA = {
    "okx": ("BTC/USDT", "BTC/USDT:USDT"),
    "deribit": ("BTC/USD:BTC",),
    "hyperliquid": ("BTC/USDC:USDC",),
    "kraken": ("BTC/USD",),
    "coinbase": ("BTC/USD",),
    "gate": ("BTC/USDT", "BTC/USDT:USDT"),
    "bitget": ("BTC/USDT", "BTC/USDT:USDT"),
}
for venue, symbols in VENUE_DATA.items():
    data = [f"candle_1d {symbol}" for symbol in symbols]
    if ":" in symbols[-1]:
        data += [f"{datum} {symbols[-1]}" for datum in ("funding", "open_interest")]
    JOBS[venue] = tuple(f"{venue} {datum}" for datum in (*data, "contract_specification"))
JOBS["okx"] += ("okx candle_1d BTC/USD:BTC-260327",)
JOBS["deribit"] += ("deribit candle_1d BTC/USD:BTC-260327",)
FETCHED = [(upstream, key) for upstream, keys in JOBS.items() for key in keys]

Job = tuple[Client, list[Reply]]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Job]:
    """The client and the replies of each job, fetched from the sample world."""
    folder = tmp_path_factory.mktemp("fuzz")
    with serve() as server:
        origin = Origin("sample", server.url, CLOCK)
        origin.provide(folder / "provided")
        clients = {
            **origin.clients(Landing(folder), CLOCK),
            FRED_API: FredApi(origin.host("fred", "fred_api"), "a" * 32),
            "provided": provided(Landing(folder), datetime.now(UTC), folder / "provided"),
        }
        return {
            (upstream, job.key): (clients[upstream], list(job.fetch(transport(clients[upstream].host, folder).get)))
            for upstream, keys in JOBS.items()
            for job in clients[upstream].jobs(lambda _key: NEAR)
            if job.key in keys
        }


RECORDED_AT = datetime(2026, 3, 20, 5, tzinfo=UTC)
RECORDED = {
    "fred": ("WALCL", "M2SL"),
    "nyfed": ("NYFED_SOFR", "facts.treasury_operation"),
    "yahoo": ("YAHOO_RUT_CLOSE", "YAHOO_IWM_CLOSE"),
    "binanceusdm": tuple(f"binanceusdm {datum} BTC/USDT:USDT" for datum in ("candle_1d", "funding", "open_interest")),
}


@needs_recordings
def test_a_damaged_recording_is_refused_or_read_right(tmp_path: Path) -> None:
    with replay("--at", RECORDED_AT.isoformat()) as server:
        clients = Origin("replay", server.url, RECORDED_AT).clients(Landing(tmp_path), RECORDED_AT)
        jobs = {
            (upstream, job.key): (clients[upstream], list(job.fetch(transport(clients[upstream].host, tmp_path).get)))
            for upstream, keys in RECORDED.items()
            for job in clients[upstream].jobs(lambda _key: RECORDED_AT.date() - timedelta(days=20))
            if job.key in keys
        }
    assert len(jobs) == sum(map(len, RECORDED.values()))
    for upstream, key in jobs:
        holds(jobs, upstream, key)


@pytest.mark.parametrize(("upstream", "key"), FETCHED, ids=[" ".join(job) for job in FETCHED])
def test_a_damaged_reply_is_refused_or_read_right(real: Mapping[tuple[str, str], Job], upstream: str, key: str) -> None:
    holds(real, upstream, key)


def holds(jobs: Mapping[tuple[str, str], Job], upstream: str, key: str) -> None:
    client, replies = jobs[upstream, key]
    assert not unbelievable(client.parse(key, replies), replies)
    for n in range(settings.default.max_examples):
        spoiled = _spoiled(replies, random.Random(f"{upstream} {key} {n}"))
        try:
            parsed = client.parse(key, spoiled)
        except UpstreamError as error:
            named = error.source, error.reason, error.request
            told = error.reason
        else:
            assert not unbelievable(parsed, spoiled), (key, n)
            named = tuple(part for r in parsed.rejected for part in (r.source, r.field, r.reason))
            told = max((r.reason for r in parsed.rejected), key=len, default="")
        assert all(named), named
        assert len(told) < 500


def _spoiled(replies: Sequence[Reply], chance: random.Random) -> list[Reply]:
    """The same replies, one of them damaged; the checksum of an archived file is that of the damaged one."""
    at = chance.randrange(len(replies))
    spoiled = [*replies]
    spoiled[at] = replace(replies[at], body=damaged(replies[at].body, chance))
    if spoiled[at].body[:2] == b"PK" or replies[at].body[:2] == b"PK":
        spoiled[at - 1] = replace(replies[at - 1], body=hashlib.sha256(spoiled[at].body).hexdigest().encode())
    return spoiled
