"""Books to zstd Parquet: ours with metrics, the peers without."""

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from bench.books_work import batches, bytes_in, rate, timed
from warehouse.books.book import LEVELS, SCHEMA, TIME
from warehouse.books.ingest import ingest
from warehouse.books.segment import segments

Contender = Callable[[Path], Any]
OURS = "tidegauge (spool to Parquet, metrics to DuckDB)"
DUCKDB = "DuckDB read_json to Parquet"
DLT_TABLE = "dlt fed one Arrow table, to snappy Parquet (its default)"
DLT_SPOOL = "dlt fed the spool's Arrow batches, to zstd Parquet"
PANDAS = "pandas read_json to Parquet"


def contenders(spool: Path, lines: Path, *, is_large: bool) -> dict[str, Contender]:
    """What each does with the same books; at the large size only the two that the goal compares."""
    table = None if is_large else pa.Table.from_batches(batches(spool))
    first = {OURS: lambda out: ours(spool, out), DUCKDB: lambda out: duckdb_json(lines, out)}
    if is_large:
        return first
    return first | {
        "Polars read_ndjson to Parquet": lambda out: polars_json(lines, out),
        PANDAS: lambda out: pandas_json(lines, out),
        DLT_TABLE: lambda out: dlt_arrow(table, out, "snappy"),
        DLT_SPOOL: lambda out: dlt_arrow(batches(spool), out, "zstd"),
        "dagster-duckdb-polars IO manager": lambda out: io_manager(table, out),
    }


def measured(spool: Path, lines: Path, folder: Path, levels: int, repeat: int, *, is_large: bool) -> dict[str, Any]:
    """Rate and bytes per level of each contender, or why there is none."""
    found: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    works = contenders(spool, lines, is_large=is_large)
    spent: dict[str, list[float]] = {name: [] for name in works}
    # In turns, so that what else the machine does in these minutes falls on all alike.
    for _ in range(repeat + 1):
        for name in [each for each in works if each not in found]:
            try:
                spent[name].append(timed(works[name], folder))
            except Exception as error:
                reason = str(error).strip().splitlines() or [""]
                found[name] = {"skipped": f"{type(error).__name__}: {reason[0][:160]}"}
            else:
                sizes[name] = bytes_in(folder)
    for name in [each for each in works if each not in found]:
        found[name] = rate(spent[name][1:], levels) | {"bytes_per_level": sizes[name] / levels or None}
    return {name: found[name] for name in works}


def ours(spool: Path, out: Path) -> None:
    with duckdb.connect(out / "metrics.duckdb") as connection:
        is_made = False
        for done in ingest(segments(spool), out / "books"):
            metrics = done.metrics  # noqa: F841 - DuckDB finds it by its name
            connection.execute(
                "insert into order_book from metrics" if is_made else "create table order_book as from metrics"
            )
            is_made = True


def _kind(field: pa.Field) -> str:
    if field.type == TIME:
        return "timestamptz"
    kinds = {LEVELS: "double[]", pa.string(): "varchar", pa.float64(): "double", pa.bool_(): "boolean"}
    return kinds.get(field.type, "bigint")


def duckdb_json(lines: Path, out: Path) -> None:
    columns = {field.name: _kind(field) for field in SCHEMA}
    duckdb.connect().execute(
        f"copy (from read_json('{lines}', format = 'newline_delimited', columns = {columns})) "
        f"to '{out / 'books.parquet'}' (format parquet, compression zstd)"
    )


def polars_json(lines: Path, out: Path) -> None:
    import polars as pl

    kinds = {"varchar": pl.String(), "double": pl.Float64(), "boolean": pl.Boolean(), "bigint": pl.Int64()}
    kinds |= {"double[]": pl.List(pl.Float64()), "timestamptz": pl.String()}
    frame = pl.read_ndjson(lines, schema={field.name: kinds[_kind(field)] for field in SCHEMA})
    frame.write_parquet(out / "books.parquet", compression="zstd")


def pandas_json(lines: Path, out: Path) -> None:
    import pandas as pd

    pd.read_json(lines, lines=True).to_parquet(out / "books.parquet", compression="zstd")


def dlt_arrow(books: Any, out: Path, compression: str) -> None:
    import dlt

    logging.getLogger("dlt").setLevel(logging.ERROR)
    dlt.config["data_writer.compression"] = compression
    pipeline = dlt.pipeline(
        "books",
        pipelines_dir=str(out / "state"),
        destination=dlt.destinations.filesystem(bucket_url=str(out / "out")),
        dataset_name="books",
    )
    pipeline.run(books, table_name="book", loader_file_format="parquet").raise_on_failed_jobs()


def io_manager(table: pa.Table, out: Path) -> None:
    import dagster as dg
    import polars as pl
    from dagster_duckdb_polars import DuckDBPolarsIOManager

    @dg.asset(key_prefix=["books"])
    def book() -> pl.DataFrame:
        return pl.DataFrame(table)

    stored = DuckDBPolarsIOManager(database=str(out / "stored.duckdb"), schema="books")
    with suppress(AttributeError):
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
    done = dg.materialize([book], resources={"io_manager": stored}, raise_on_error=True)
    if not done.success:
        raise RuntimeError("the run failed")
