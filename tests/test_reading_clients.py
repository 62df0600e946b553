"""The published place through the tools people use: SQLAlchemy, Polars and pandas; all of them only read."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
import sqlalchemy as sa

from warehouse.tables import TABLES


@pytest.fixture(scope="module")
def engine(sample: Path) -> Iterator[sa.Engine]:
    database = sample / "sample" / "published" / "current.duckdb"
    engine = sa.create_engine(f"duckdb:///{database}", connect_args={"read_only": True})
    yield engine
    engine.dispose()


def test_sqlalchemy_reflects_tables_with_their_words_and_reads_typed_rows(engine: sa.Engine) -> None:
    inspector, table = sa.inspect(engine), TABLES["metrics.net_liquidity"]
    assert {"net_liquidity", "claim"} <= set(inspector.get_table_names(schema="metrics"))
    assert inspector.get_table_comment("net_liquidity", schema="metrics")["text"] == table.doc
    columns = inspector.get_columns("net_liquidity", schema="metrics")
    assert [(column["name"], column["comment"]) for column in columns] == [
        (column.name, column.comment) for column in table.columns
    ]
    assert isinstance(columns[0]["type"], sa.Date)
    newest = sa.table("net_liquidity", *(sa.column(c["name"], c["type"]) for c in columns), schema="metrics")
    query = sa.select(newest.c.week_ending, newest.c.net_liquidity_usd).order_by(newest.c.week_ending.desc())
    with engine.connect() as connection:
        week, usd = connection.execute(query).fetchone() or (None, None)
    assert week == date(2026, 1, 28)
    assert usd == pytest.approx(5.726e12, rel=1e-3)


def test_sqlalchemy_reads_as_of_a_time(engine: sa.Engine) -> None:
    newest = sa.text("select max(week_ending) from metrics_as_of.net_liquidity")
    with engine.connect() as connection:
        connection.execute(sa.text("set variable as_of = timestamptz '2026-01-08 21:29:00Z'"))
        assert connection.execute(newest).scalar() == date(2025, 12, 31)
        connection.execute(sa.text("set variable as_of = timestamptz '2026-01-08 21:31:00Z'"))
        assert connection.execute(newest).scalar() == date(2026, 1, 7)


def test_sqlalchemy_can_write_nothing(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="read-only"):
        connection.execute(sa.text("create table metrics.mine (a int)"))


def test_parquet_is_the_same_in_polars_and_pandas(sample: Path) -> None:
    path = sample / "sample" / "published" / "parquet" / "metrics" / "net_liquidity.parquet"
    frame = pl.scan_parquet(path).filter(pl.col("week_ending") == date(2026, 1, 28)).collect()
    assert frame.schema == TABLES["metrics.net_liquidity"].polars_schema
    same = pd.read_parquet(path).set_index("week_ending").loc[date(2026, 1, 28)]
    assert frame["net_liquidity_usd"].item() == same["net_liquidity_usd"]
