"""The main job on the built-in sample world, end to end through real sockets: no recordings, no keys, no network."""

import json
from pathlib import Path

import duckdb
import pytest

from assets.landing import MACRO, PROVIDED
from tests.pipeline import live_rows, sql, tidegauge
from warehouse.catalogue import SERIES
from warehouse.catalogue.venues import DEFAULT
from warehouse.tables import TABLES


def test_the_summary_says_what_happened_and_that_it_is_synthetic(sample: Path) -> None:
    told = (sample / "summary.txt").read_text()
    assert "SYNTHETIC" in told
    asked = sum(series.upstream == "fred" for series in SERIES.values())
    assert f"fred {asked}/{asked}" in told
    assert " 0 failed" in told
    assert "current.duckdb" in told
    assert "tidegauge run --upstreams live" in told
    assert [line.split("  ")[0] for line in told.splitlines() if "bn USD" in line] == [
        "Net liquidity",
        "Treasury account",
    ]


def test_a_second_run_finds_nothing_new_and_publishes_nothing(own_sample: Path) -> None:
    def written() -> list[tuple[object, ...]]:
        return live_rows(own_sample, "select max(batch_id), count(*) from quality.ledger")

    before, snapshot = written(), (own_sample / "sample" / "published" / "current").readlink()
    done = tidegauge(own_sample, "run", "--format", "json")
    outcome = json.loads(done.stdout)
    assert done.returncode == 0
    assert (outcome["new_facts"], outcome["revised_facts"], outcome["published_now"]) == (0, 0, False)
    assert written() == before
    assert (own_sample / "sample" / "published" / "current").readlink() == snapshot


def test_net_liquidity_is_the_published_figure(sample: Path) -> None:
    rows = sql(
        sample,
        """
        select week_ending::varchar as week, net_liquidity_usd from metrics.net_liquidity
        where week_ending in ('2021-09-15', '2022-12-28', '2025-10-08', '2026-01-07') order by week_ending
        """,
    )
    assert [(row["week"], row["net_liquidity_usd"]) for row in rows] == [
        ("2021-09-15", 7_137_100_000_000),
        ("2022-12-28", 5_830_240_000_000),
        ("2025-10-08", 5_778_156_000_000),
        ("2026-01-07", 5_772_872_000_000),
    ]


def test_every_declared_table_is_published_with_rows_and_parquet(sample: Path) -> None:
    published = sample / "sample" / "published"
    manifest = json.loads((published / "manifest.json").read_text())
    assert set(manifest["tables"]) == set(TABLES)
    assert manifest["origin"] == "sample"
    for name, told in manifest["tables"].items():
        rows = duckdb.sql(f"from '{published}/parquet/{name.replace('.', '/')}.parquet'").pl()
        assert rows.height == told["rows"], name
        if not TABLES[name].may_be_empty:
            assert told["rows"] > 0, name


def test_every_fact_leads_to_a_landed_reply(sample: Path) -> None:
    orphans = sql(
        sample,
        """
        select count(*) as n from (
            select landed_id from facts.observation union all select landed_id from facts.fiscal_flow
            union all select landed_id from facts.repo_operation
            union all select landed_id from facts.treasury_operation
            union all select landed_id from facts.etf_flow union all select landed_id from facts.exchange_reserve
        ) anti join facts.landed using (landed_id)
        """,
    )
    assert orphans == [{"n": 0}]


def test_status_names_every_upstream(sample: Path) -> None:
    told = json.loads(tidegauge(sample, "status", "--format", "json").stdout)
    asked = [*MACRO, *PROVIDED, "binance_archive", *(venue.name for venue in DEFAULT)]
    assert {row["upstream"]: row["failed"] for row in told["upstreams"]} == dict.fromkeys(asked, "")


def test_tables_say_that_they_are_synthetic(sample: Path) -> None:
    assert "SYNTHETIC" in tidegauge(sample, "show", "net_liquidity", "--last", "1").stdout


@pytest.mark.parametrize(
    "query", ["create table x (a int)", "attach 'other.duckdb'", "from read_csv('/etc/hostname')", "install httpfs"]
)
def test_sql_cannot_write_or_reach_out(sample: Path, query: str) -> None:
    done = tidegauge(sample, "sql", query)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_one_upstream_can_be_asked_alone(own_sample: Path) -> None:
    done = tidegauge(own_sample, "run", "--select", "landing/fiscaldata+", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert {job["upstream"] for job in json.loads(done.stdout)["fetched"]} == {"fiscaldata"}


def test_the_flush_of_october_2025_is_the_only_one_and_what_was_lost_has_not_come_back(sample: Path) -> None:
    """Perpetuals of all coins fell from 217 to 123 billion dollars; bitcoin's price by 7 % to midnight."""
    flushes = sql(
        sample,
        """
        select observed_at::varchar as at, oi_coin_change_24h, price_change_24h, oi_zscore, price_zscore
        from metrics.leverage_flush where symbol = 'BTC' and is_flush
        """,
    )
    (flush,) = flushes
    assert flush["at"].startswith("2025-10-11 00:00:00")
    assert flush["oi_coin_change_24h"] == pytest.approx(-0.39, abs=0.02)
    in_usd = (1 + flush["oi_coin_change_24h"]) * (1 + flush["price_change_24h"])
    assert in_usd == pytest.approx(123 / 217, abs=0.02)
    assert (flush["oi_zscore"] < -3, flush["price_zscore"] < -2) == (True, True)
    (now,) = sql(
        sample,
        """
        select max_by(percentile_own_history, observed_at) as percentile,
            max_by(percentile_usd_own_history, observed_at) as percentile_usd
        from metrics.open_interest where symbol = 'BTC'
        """,
    )
    assert now["percentile"] < 0.25
    assert now["percentile_usd"] < 0.25
