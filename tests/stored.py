"""A warehouse in a temporary folder, and observations to put into it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from warehouse.store import Appended, Store
from warehouse.table import Table
from warehouse.tables.facts import OBSERVATION

Row = tuple[str, date, float]


def opened(folder: Path, run_id: str = "run-1") -> AbstractContextManager[Store]:
    return Store.open(folder / "warehouse.duckdb", run_id)


def at(day: int, hour: int = 12) -> datetime:
    """A moment of January 2026."""
    return datetime(2026, 1, day, hour, tzinfo=UTC)


RELEASED = at(2)


def observations(
    *rows: Row,
    received_at: datetime,
    known_at: datetime | Sequence[datetime] = RELEASED,
    basis: str = "rule",
    landed_id: str = "reply",
) -> pl.DataFrame:
    """Claims of (series, period, value), known at one moment or at one each."""
    moments = [known_at] * len(rows) if isinstance(known_at, datetime) else known_at
    return pl.DataFrame(
        [
            {
                "series_id": series_id,
                "period": period,
                "value": value,
                "unit": "usd_millions",
                "known_at": moment,
                "known_at_basis": basis,
                "received_at": received_at,
                "landed_id": landed_id,
                "locator": f"line {n}",
            }
            for n, ((series_id, period, value), moment) in enumerate(zip(rows, moments, strict=True), start=2)
        ],
        schema=OBSERVATION.polars_schema,
    )


def append(store: Store, frame: pl.DataFrame, table: Table = OBSERVATION) -> Appended:
    with store.transaction():
        return store.append(table, frame)


def vintages(store: Store) -> list[tuple[float, datetime, str]]:
    """Every stored value with when and why it was known, oldest first."""
    return store.read(
        "select value, known_at, known_at_basis from facts.observation order by series_id, period, known_at"
    ).rows()
