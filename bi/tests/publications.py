"""One more publication of a data folder, in which two tables have one row more each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from warehouse.publishing import Shelf
from warehouse.store import Store
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.liquidity import NET_LIQUIDITY
from warehouse.tables.rates import FUNDING_STRESS

GROWING: tuple[tuple[Table, str, timedelta], ...] = (
    (NET_LIQUIDITY, "week_ending", timedelta(days=7)),
    (FUNDING_STRESS, "date", timedelta(days=1)),
)


def publish_again(data: Path) -> None:
    """Let the newest row of each growing table be there once more, one period later, and publish."""
    folder = data / "sample"
    with Store.open(folder / "warehouse.duckdb", "one more") as store:
        with store.transaction():
            for table, period, step in GROWING:
                rows = store.read(f"from {table.name} order by {period}")
                store.replace(table, pl.concat([rows, rows.tail(1).with_columns(pl.col(period) + step)]))
        shelf, now = Shelf(folder / "published"), datetime.now(UTC)
        assert shelf.publish(store, list(TABLES.values()), origin="sample", checks={}, now=now)
