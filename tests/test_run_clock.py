"""Time passing at the upstreams: a later run fetches the overlap, and adds just what became known in between."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.contents import content
from tests.pipeline import Replay, live_rows, needs_recordings, replay, sql, tidegauge
from warehouse.as_of import as_of_name, as_of_views
from warehouse.copies import open_published
from warehouse.queries import model_queries, tables_read

pytestmark = needs_recordings
#: Venues have clocks of their own, and the curated files are today's.
NOT_OF_THE_CLOCK = {
    *("facts.candle", "facts.funding", "facts.open_interest", "facts.contract_specification"),
    *("facts.gse_portfolio", "facts.policy_event"),
}
WEEK = "select count(*) as n from metrics.net_liquidity where week_ending = '2026-01-07'"


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with replay("--at", "2026-01-08T12:00:00Z") as running:
        yield running


@pytest.fixture(scope="module")
def data(server: Replay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a run on Thursday morning and one on Friday morning."""
    folder = tmp_path_factory.mktemp("clock")
    thursday = tidegauge(folder, "run", "--upstreams", server.url)
    assert thursday.returncode == 0, thursday.stdout + thursday.stderr
    assert sql(folder, WEEK, "replay") == [{"n": 0}]
    before = live_rows(folder, "select series_id, period from facts.observation", "replay")
    server.set(at="2026-01-09T12:00:00Z")
    friday = tidegauge(folder, "run", "--upstreams", server.url, "--format", "json")
    assert friday.returncode == 0, friday.stdout + friday.stderr
    (folder / "before.json").write_text(json.dumps(before, default=str))
    (folder / "friday.json").write_text(friday.stdout)
    return folder


def added(data: Path) -> set[tuple[str, date]]:
    before = {(series, date.fromisoformat(day)) for series, day in json.loads((data / "before.json").read_text())}
    return set(live_rows(data, "select series_id, period from facts.observation", "replay")) - before


def test_the_week_of_7_january_appears_only_on_friday(data: Path) -> None:
    assert sql(data, WEEK, "replay") == [{"n": 1}]
    rows = sql(
        data,
        """
        select net_liquidity_usd, known_at::varchar as known_at from metrics.net_liquidity
        where week_ending = '2026-01-07'
        """,
        "replay",
    )
    assert rows == [{"net_liquidity_usd": 5_772_872_000_000, "known_at": "2026-01-08 21:30:00+00"}]


def test_only_what_became_known_is_added(data: Path) -> None:
    by_period: dict[date, set[str]] = {}
    for series, period in added(data):
        by_period.setdefault(period, set()).add(series)
    assert by_period[date(2026, 1, 7)] >= {"WALCL", "WTREGEN", "TREAST", "WSHOMCB", "DGS10", "SOFR", "BAMLH0A0HYM2"}
    assert by_period[date(2026, 1, 8)] >= {"RRPONTSYD", "NASDAQCOM", "YAHOO_RUT_CLOSE"}
    # The rate on reserves is announced a business day ahead.
    assert {period for period in by_period if period > date(2026, 1, 8)} <= {date(2026, 1, 9)}
    assert by_period.get(date(2026, 1, 9), set()) <= {"IORB"}
    assert min(by_period) >= date(2026, 1, 6)


def test_no_stored_fact_was_touched(data: Path) -> None:
    outcome = json.loads((data / "friday.json").read_text())
    assert outcome["revised_facts"] == 0
    operations = "select count(*) from facts.treasury_operation where operation_date = '2026-01-08'"
    candles = "select count(*) from facts.candle where known_at > timestamptz '2026-01-08 12:01:00+00'"
    (bars,), (auctions,) = *live_rows(data, candles, "replay"), *live_rows(data, operations, "replay")
    assert bars == 3 * (1 + 24), "of three coins the day and its hours"
    assert outcome["new_facts"] == len(added(data)) + auctions + bars


def test_the_second_run_asks_for_the_overlap_only(data: Path, server: Replay) -> None:
    asked = {
        query["id"][0]: date.fromisoformat(query["cosd"][0])
        for request in server.requests()
        if "fredgraph" in request["path"] and "cosd" in (query := parse_qs(request["query"]))
    }
    assert asked["DGS10"] == date(2026, 1, 6) - timedelta(days=10)
    assert asked["WALCL"] == date(2025, 12, 31) - timedelta(weeks=5)
    assert asked["M2SL"] == date(2025, 11, 1) - timedelta(days=730)


def rests_on(name: str, queries: dict[str, str]) -> set[str]:
    """All that a table reads, directly or not."""
    reads = tables_read(queries[name]) if name in queries else frozenset[str]()
    return set(reads).union(*(rests_on(read, queries) for read in reads))


def test_friday_knows_what_was_known_on_thursday_bit_for_bit(data: Path) -> None:
    """What Thursday's run published is what Friday's file answers as of Thursday's clock."""
    queries = model_queries()
    thursday, *_, friday = sorted((data / "replay" / "published" / "snapshots").glob("*/tidegauge.duckdb"))
    with open_published(thursday) as then, open_published(friday) as now:
        now.execute("set variable as_of = timestamptz '2026-01-08 12:00:00Z'")
        for table, _ in as_of_views(queries):
            if rests_on(table.name, queries).isdisjoint(NOT_OF_THE_CLOCK):
                assert content(now, table, as_of_name(table.name)) == content(then, table, table.name), table.name
