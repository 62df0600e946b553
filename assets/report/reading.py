"""What the page asks of a published file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl

from assets.report.values import Value, plain
from assets.report.vocabulary import Number
from warehouse.queries import tables_read
from warehouse.table import Table


@dataclass(frozen=True)
class Reader:
    """One published file and the declarations of its tables. Every number that it gives can be asked for again."""

    connection: duckdb.DuckDBPyConnection
    tables: Mapping[str, Table]

    def rows(self, query: str) -> pl.DataFrame:
        found: pl.DataFrame = self.connection.sql(query).pl()
        return found

    def has(self, query: str) -> bool:
        """Whether all tables that a query reads are declared and in the file."""
        query_names = "select schema_name || '.' || table_name from duckdb_tables()"
        there = {name for (name,) in self.connection.execute(query_names).fetchall()}
        return tables_read(query) <= there & self.tables.keys()

    def value(self, column: str, where: str = "true") -> Value:
        """A column (``schema.table.column``) of the newest row in which it is known.

        With the ``row`` of another value it is that of the same row, or not known.
        """
        return self.number(Number(label="", column=column, where=where))

    def number(self, number: Number) -> Value:
        table = self.tables[number.table]
        column = table.column(number.name)
        rows = self.rows(
            f"""
            select {", ".join(table.key)}, known_at, {number.name} as value,
                {table.grain} = max({table.grain}) over () as is_newest
            from {table.name} where {number.where}
            qualify value is not null order by {table.grain} desc limit 1
            """
        ).rows(named=True)
        newest: dict[str, Any] = rows[0] if rows else {}
        told = {name: _told(newest[name]) for name in table.key} if newest else {}
        row = " and ".join(f"{name} = '{value}'" for name, value in told.items())
        return Value(
            raw=newest.get("value"),
            unit=column.unit,
            definition=f"{table.name}.{column.name}",
            query=f"select {column.name} from {table.name} where {row}" if newest else "",
            command=_trace(table, told, column.name) if newest else "",
            row=row or "false",
            at=newest.get(table.grain or ""),
            is_month=table.grain == "month",
            known_at=newest.get("known_at"),
            is_newest=newest.get("is_newest", True),
        )

    def computed(self, query: str, definition: str, unit: str = "", at: date | None = None) -> Value:
        """The one value of a query over the published file; its definition is that of a table or column."""
        query = " ".join(query.split())
        rows = self.rows(query).rows()
        return Value(
            raw=rows[0][0] if rows else None,
            unit=unit,
            definition=definition,
            query=query,
            command=f'tidegauge sql "{query}"',
            at=at,
        )


def _told(value: object) -> str:
    """A part of a key as ``tidegauge trace`` and SQL read it."""
    return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}".replace(".000000", "") if isinstance(value, datetime) else plain(value)


def _trace(table: Table, key: Mapping[str, str], column: str) -> str:
    told = " ".join(f"{name}={value}" for name, value in key.items())
    return f"tidegauge trace {table.name.removeprefix('metrics.')} {told} {column}"
