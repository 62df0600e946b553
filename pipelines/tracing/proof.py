"""The proof of a trace: the row made again from the facts found, by way of the rows passed and of no others."""

from collections.abc import Mapping

import duckdb
import polars as pl

from pipelines.models import Model
from pipelines.tracing.claim import is_found_again
from pipelines.tracing.found import Lineage, Passed
from pipelines.tracing.step import Selected
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.claims import CLAIM


def is_made_again(connection: duckdb.DuckDBPyConnection, found: Lineage, made: Mapping[str, Model]) -> bool:
    """Whether the columns of the row are the same to the last bit; ``connection`` is at an empty database.

    Of the tables between, only the rows that were passed are made, and only the columns that are used.
    """
    passed = {step.table.name: step for step in found.passed}
    for name in (name for name in TABLES if name not in made and name in passed):
        _keep(connection, TABLES[name], passed[name].rows)
    for name in (name for name in made if name in passed):
        for read in made[name].reads:
            _is_there(connection, TABLES[read])
        if made[name].table is CLAIM:
            return is_found_again(found.row, lambda query: connection.sql(query).pl())
        _keep(connection, made[name].table, _made(connection, made[name], passed[name]))
    columns = ", ".join(dict.fromkeys((*found.table.key, *found.columns)))
    rows: pl.DataFrame = connection.sql(f"select {columns} from {found.table.name}").pl()
    return rows.equals(pl.DataFrame([found.row], schema=found.table.polars_schema).select(rows.columns))


def _made(connection: duckdb.DuckDBPyConnection, model: Model, passed: Passed) -> pl.DataFrame:
    def read(query: str) -> pl.DataFrame:
        rows: pl.DataFrame = connection.sql(query).pl()
        return rows

    table = model.table
    if model.compute:
        content = Selected(model, passed.selection or {}).rows(read)
    else:
        told = ", ".join(f"{c.name}::{c.type} as {c.name}" for c in table.columns)
        content = read(f"select {told} from (\n{model.text}\n)")
    rows = content.join(passed.rows, on=table.key, how="semi")
    unused = {c.name for c in table.columns} - {*table.key, *passed.columns}
    return rows.with_columns(pl.lit(None).cast(table.polars_schema[name]).alias(name) for name in unused)


def _keep(connection: duckdb.DuckDBPyConnection, table: Table, rows: pl.DataFrame) -> None:
    connection.execute(f"create schema if not exists {table.schema}")
    connection.register("kept", rows.to_arrow())
    columns = ", ".join(f"{c.name}::{c.type} as {c.name}" for c in table.columns)
    connection.execute(f"create table {table.name} as select {columns} from kept")
    connection.unregister("kept")


def _is_there(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """A table of which no row matters is empty; what is declared is as it stands."""
    connection.execute(f"create schema if not exists {table.schema}")
    if table.schema == "reference":
        connection.execute(f"create view if not exists {table.name} as from memory.{table.name}")
    else:
        connection.execute(
            f"create table if not exists {table.name} ({', '.join(f'{c.name} {c.type}' for c in table.columns)})"
        )
