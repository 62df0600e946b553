"""What a merge of 1,000 facts costs as the table grows, and what a live commit of 20 books costs."""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import polars as pl

from warehouse.books.book import Book
from warehouse.books.spool import Spool
from warehouse.store import Store
from warehouse.table import Column, Table
from warehouse.tables.columns import PERIOD, PROVENANCE, SERIES_ID

FACT = Table(
    name="facts.bench",
    doc="A narrow fact.",
    key=("series_id", "period", "known_at"),
    columns=(
        SERIES_ID,
        PERIOD,
        Column(name="value", type="double", unit="USD", doc="A number."),
        *PROVENANCE,
    ),
)
SERIES = 1_000
FIRST = date(1800, 1, 1)


def merge_seconds(folder: Path, facts: int, repeat: int) -> dict[str, Any]:
    """Median seconds of merging the next day of 1,000 series into a table of so many facts, and of merging it again."""
    days = facts // SERIES
    with Store.open(folder / f"{facts}.duckdb", "bench") as store:
        store.connection.execute(f"create table {FACT.name} ({FACT.ddl})")
        store.connection.execute(f"""
            insert into {FACT.name} by name
            select 'S' || lpad((n % {SERIES})::varchar, 4, '0') as series_id, period, n * 0.5 as value,
                period::timestamptz + interval 20 hours as known_at, 'rule' as known_at_basis,
                period::timestamptz + interval 21 hours as received_at, 'landed' as landed_id, '/0' as locator
            from (select n, date '{FIRST}' + (n // {SERIES})::integer as period from range({days * SERIES}) made (n))
        """)
        store.connection.execute("checkpoint")
        fresh, again = [], []
        for step in range(repeat + 1):
            frame = _day(FIRST + timedelta(days=days + step))
            for spent in (fresh, again):
                started = time.perf_counter()
                with store.transaction():
                    store.append(FACT, frame)
                spent.append(time.perf_counter() - started)
    return {"facts": days * SERIES, "new_seconds": median(fresh[1:]), "unchanged_seconds": median(again[1:])}


def _day(period: date) -> pl.DataFrame:
    at = datetime(period.year, period.month, period.day, 20, tzinfo=UTC)
    return pl.DataFrame(
        {
            "series_id": [f"S{n:04}" for n in range(SERIES)],
            "period": [period] * SERIES,
            "value": [float(n) for n in range(SERIES)],
            "known_at": [at] * SERIES,
            "known_at_basis": ["rule"] * SERIES,
            "received_at": [at + timedelta(hours=1)] * SERIES,
            "landed_id": ["landed"] * SERIES,
            "locator": ["/0"] * SERIES,
        },
        schema=FACT.polars_schema,
    )


def commit_latency(folder: Path, commits: int) -> dict[str, float]:
    """Milliseconds from 20 books as Python lists to their being on the disk."""
    spent = []
    with Spool(folder) as spool:
        for n in range(commits + 20):
            books = [_book(n, market) for market in range(20)]
            started = time.perf_counter()
            spool.append(books, datetime.now(UTC))
            spent.append((time.perf_counter() - started) * 1e3)
    cuts = quantiles(spent[20:], n=100)
    return {"p50_ms": cuts[49], "p99_ms": cuts[98], "commits": commits}


def _book(n: int, market: int) -> Book:
    now = datetime.now(UTC)
    return Book(
        venue="binance",
        market="linear",
        symbol=f"C{market}/USDT:USDT",
        base=f"C{market}",
        quote="USDT",
        observed_at=now,
        received_at=now,
        sequence=n,
        limit=100,
        quote_usd=1.0,
        bid_px=[100.0 - level * 0.1 for level in range(1, 101)],
        bid_qty=[1.0 + level for level in range(100)],
        ask_px=[100.0 + level * 0.1 for level in range(1, 101)],
        ask_qty=[1.0 + level for level in range(100)],
    )
