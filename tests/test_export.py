"""Exports: what is asked for as files, and of restricted data nothing where it must not be."""

from pathlib import Path

import duckdb

from tests.pipeline import tidegauge
from warehouse.catalogue import SERIES
from warehouse.licences import MAY_BE_PASSED_ON, passed_on
from warehouse.tables import TABLES, provided


def test_every_licence_is_judged_and_every_judgement_used() -> None:
    declared = {table.licence for table in TABLES.values()} | {series.licence for series in SERIES.values()}
    assert declared == set(MAY_BE_PASSED_ON)


def test_a_metric_that_shows_a_restricted_series_is_restricted() -> None:
    assert passed_on(TABLES["metrics.net_liquidity"]) == "from metrics.net_liquidity"
    for name in ("metrics.equity_index", "metrics.rates_and_credit", "metrics.crypto_price", "facts.candle"):
        assert passed_on(TABLES[name]) is None, name


def test_what_a_user_provided_and_what_shows_it_is_restricted() -> None:
    shown = ("metrics.leverage", "metrics.claim")
    for name in (*(table.name for table in provided.TABLES), *shown):
        assert passed_on(TABLES[name]) is None, name


def test_only_what_may_be_passed_on_leaves(sample: Path, tmp_path: Path) -> None:
    done = tidegauge(sample, "export", str(tmp_path), "--redistributable")
    assert done.returncode == 0, done.stderr
    assert "left out, which may not be passed on" in done.stdout
    found = {
        row[0]
        for row in duckdb.sql(f"select distinct series_id from '{tmp_path}/facts/observation.parquet'").fetchall()
    }
    assert {"WALCL", "SOFR"} <= found
    assert not found & {"SP500", "BAMLH0A0HYM2", "YAHOO_RUT_CLOSE"}
    assert not (tmp_path / "metrics" / "equity_index.parquet").exists()
    assert (tmp_path / "SOURCES.md").read_text().startswith("Data: SYNTHETIC sample world")


def test_a_table_as_csv_and_one_that_may_not_leave(sample: Path, tmp_path: Path) -> None:
    assert tidegauge(sample, "export", str(tmp_path), "net_liquidity", "--format", "csv").returncode == 0
    lines = (tmp_path / "metrics" / "net_liquidity.csv").read_text().splitlines()
    assert lines[0].startswith("week_ending,fed_assets_usd,")
    assert any(line.startswith("2026-01-07,6573602000000.0,796148000000.0,") for line in lines)
    refused = tidegauge(sample, "export", str(tmp_path), "crypto_price", "--redistributable")
    assert refused.returncode == 2
    assert "metrics.crypto_price" in refused.stderr
