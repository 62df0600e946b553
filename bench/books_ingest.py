"""Books to zstd Parquet: ours with metrics, the peers without."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from assets.recording_books import ingest_spool
from bench.books_work import Contender, batches, bytes_in, rate, timed
from warehouse.books.book import LEVELS, SCHEMA, TIME
from warehouse.books.segment import segments
from warehouse.store import Store

OURS = "tidegauge (spool to Parquet, metrics to DuckDB)"
DUCKDB = "DuckDB read_json to Parquet"
DLT_TABLE = "dlt fed one Arrow table, to snappy Parquet (its default)"
DLT_SPOOL = "dlt fed the spool's Arrow batches, to zstd Parquet"
PANDAS = "pandas read_json to Parquet"


def contenders(spool: Path, lines: Path, *, is_large: bool) -> dict[str, Contender]:
    """What each does with the same books; at the large size only the two that the goal compares."""
    table = None if is_large else pa.Table.from_batches(batches(spool))
    first: dict[str, Contender] = {OURS: lambda out: ours(spool, out), DUCKDB: _peer(duckdb_json, lines)}
    if is_large:
        return first
    return first | {
        "Polars read_ndjson to Parquet": _peer(polars_json, lines),
        PANDAS: _peer(pandas_json, lines),
        DLT_TABLE: _peer(dlt_table, table),
        DLT_SPOOL: _peer(dlt_spool, spool),
        "dagster-duckdb-polars IO manager": _peer(io_manager, table),
    }


def _peer(work: Callable[[Any, Path], None], books: Any) -> Contender:
    @contextmanager
    def ready(out: Path) -> Iterator[Callable[[], None]]:
        yield lambda: work(books, out)

    return ready


def measured(works: dict[str, Contender], folder: Path, levels: int, repeat: int) -> dict[str, Any]:
    """Rate and bytes per level of each contender, or why there is none."""
    found: dict[str, Any] = {}
    sizes: dict[str, int] = {}
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


@contextmanager
def ours(spool: Path, out: Path) -> Iterator[Callable[[], Any]]:
    mine = linked(spool, out / "spool")
    with Store.open(out / "warehouse.duckdb", "bench") as store:
        yield partial(ingest_spool, store, mine, out / "books")


def linked(spool: Path, folder: Path) -> Path:
    """A spool of the same files under other names, for an ingestion removes what it has ingested."""
    folder.mkdir()
    for segment in segments(spool):
        os.link(segment, folder / segment.name)
    return folder


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


def dlt_table(table: pa.Table, out: Path) -> None:
    _dlt(table, out, "snappy")


def dlt_spool(spool: Path, out: Path) -> None:
    _dlt(batches(spool), out, "zstd")


def _dlt(books: Any, out: Path, compression: str) -> None:
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
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    dg.materialize([book], resources={"io_manager": stored}, run_config=quiet)
