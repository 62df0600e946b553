"""Metrics from books in memory: the kernel with all of them, the peers with depth alone."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from bench.books_work import LEVELS_A_BOOK, rate
from warehouse.books.kernel import BANDS_BPS, best_engine, measure

ORACLE = Path(__file__).parents[1] / "sql" / "oracle" / "order_book.sql"
OURS = "tidegauge kernel, Numba (all metrics)"
DUCKDB = "DuckDB SQL over lists (depth)"
POLARS = "Polars streaming (depth)"
#: Peers that would take minutes are given the first part of the same books.
SHARE = {"DuckDB oracle SQL (all metrics)": 0.25, "pandas (depth)": 0.25}


def contenders() -> dict[str, Callable[[pa.RecordBatch], Any]]:
    found = {OURS: lambda books: measure(books, engine="numba")} if best_engine() == "numba" else {}
    return found | {
        "tidegauge kernel, NumPy (all metrics)": lambda books: measure(books, engine="numpy"),
        DUCKDB: duckdb_lists,
        "DuckDB oracle SQL (all metrics)": lambda books: _sql(books, ORACLE.read_text()),
        POLARS: polars_streaming,
        "pandas (depth)": pandas_exploded,
    }


def measured(books: pa.RecordBatch, repeat: int) -> dict[str, Any]:
    """Rate of each contender; the first, uncounted call compiles and fills caches."""
    found: dict[str, Any] = {}
    for name, work in contenders().items():
        part = books.slice(0, int(books.num_rows * SHARE.get(name, 1)))
        spent = []
        for _ in range(repeat + 1):
            started = time.perf_counter()
            work(part)
            spent.append(time.perf_counter() - started)
        found[name] = rate(spent[1:], part.num_rows * LEVELS_A_BOOK) | {"share_of_books": SHARE.get(name, 1)}
    if best_engine() != "numba":
        found[OURS] = {"skipped": "Numba is not installed"}
    return found


def duckdb_lists(books: pa.RecordBatch) -> Any:
    depth = ", ".join(
        f"""if(abs({side}_px[-1] - mid) >= mid * {band} / 1e4, list_sum(list_transform(
            list_filter(list_zip({side}_px, {side}_qty), lambda l: abs(l[1] - mid) <= mid * {band} / 1e4),
            lambda l: l[1] * l[2])) * quote_usd, null)"""
        for side in ("bid", "ask")
        for band in BANDS_BPS
    )
    return _sql(books, f"select {depth} from (select *, (bid_px[1] + ask_px[1]) / 2 as mid from book)")


def _sql(books: pa.RecordBatch, query: str) -> Any:
    with duckdb.connect() as connection:
        connection.register("book", pa.Table.from_batches([books]))
        return connection.sql(query).to_arrow_table()


def polars_streaming(books: pa.RecordBatch) -> Any:
    import polars as pl

    frame = pl.DataFrame(pa.Table.from_batches([books])).lazy().with_row_index("n")
    mid = (pl.col("bid_px").list.first() + pl.col("ask_px").list.first()) / 2
    frame = frame.with_columns(mid.alias("mid"))
    sides = []
    for side in ("bid", "ask"):
        px, qty, mid = pl.col(f"{side}_px"), pl.col(f"{side}_qty"), pl.col("mid")
        away, value = (px - mid).abs() / mid * 1e4, px * qty * pl.col("quote_usd")
        sides.append(
            frame.select("n", "mid", "quote_usd", f"{side}_px", f"{side}_qty")
            .explode(f"{side}_px", f"{side}_qty")
            .group_by("n")
            .agg(
                pl.when(away.max() >= band).then(value.filter(away <= band).sum()).alias(f"{side}_{band}")
                for band in BANDS_BPS
            )
        )
    return sides[0].join(sides[1], on="n").collect(engine="streaming")


def pandas_exploded(books: pa.RecordBatch) -> Any:
    import pandas as pd

    frame = books.select(["quote_usd", "bid_px", "bid_qty", "ask_px", "ask_qty"]).to_pandas()
    mid = (frame["bid_px"].str[0] + frame["ask_px"].str[0]) / 2
    found = {}
    for side in ("bid", "ask"):
        levels = frame[[f"{side}_px", f"{side}_qty"]].explode([f"{side}_px", f"{side}_qty"]).astype(float)
        away = (levels[f"{side}_px"] - mid.reindex(levels.index)).abs() / mid.reindex(levels.index) * 1e4
        value = levels[f"{side}_px"] * levels[f"{side}_qty"] * frame["quote_usd"].reindex(levels.index)
        span = away.groupby(level=0).max()
        for band in BANDS_BPS:
            found[f"{side}_{band}"] = value.where(away <= band).groupby(level=0).sum().where(span >= band)
    return pd.DataFrame(found)
