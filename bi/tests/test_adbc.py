"""ADBC on the published file: read-only when asked, Arrow, and as of a time."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import adbc_driver_duckdb
import pytest
from adbc_driver_manager import Error, dbapi


@pytest.fixture
def connection(published: Path) -> Iterator[dbapi.Connection]:
    database = published / "sample" / "published" / "current.duckdb"
    with dbapi.connect(
        driver=adbc_driver_duckdb.driver_path(),
        entrypoint="duckdb_adbc_init",
        db_kwargs={"path": str(database), "access_mode": "READ_ONLY"},
        autocommit=True,
    ) as opened:
        yield opened


def test_rows_come_as_arrow_also_as_of_a_time(connection: dbapi.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select week_ending, net_liquidity_usd from metrics.net_liquidity order by 1 desc limit 1")
        assert cursor.fetch_arrow_table().to_pylist()[0]["week_ending"] == date(2026, 1, 28)
        cursor.execute("set variable as_of = timestamptz '2026-01-08 21:29:00Z'")
        cursor.execute("select max(week_ending) from metrics_as_of.net_liquidity")
        assert cursor.fetchone() == (date(2025, 12, 31),)


def test_nothing_can_be_written(connection: dbapi.Connection) -> None:
    with connection.cursor() as cursor, pytest.raises(Error, match="read-only"):
        cursor.execute("create table mine (a int)")
