"""Every table as it was known at a time: the published views, and what Python computes from them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines.models import Model, models
from warehouse.as_of import MACROS, as_of_name, as_of_views
from warehouse.copies import attached
from warehouse.queries import model_queries, tables_read
from warehouse.tables import TABLES


@dataclass
class AsKnown:
    """Answers queries with what was known; each table is made when it is first read."""

    connection: duckdb.DuckDBPyConnection
    views: frozenset[str]
    computed: dict[str, Model]
    made: set[str] = field(default_factory=set)

    def read(self, query: str) -> pl.DataFrame:
        """The rows of a query; it may read any declared table."""
        for name in tables_read(query):
            self._make(name)
        rows: pl.DataFrame = self.connection.sql(query).pl()
        return rows

    def _make(self, name: str) -> None:
        if name in self.made or name not in TABLES:
            return
        self.made.add(name)
        self.connection.execute(f"create schema if not exists {TABLES[name].schema}")
        if name in self.views:
            source = f"from whole.{as_of_name(name)}"
        elif name in self.computed:
            computed = self.computed[name].content(self.read)
            self.connection.register("computed", computed)
            source = "from computed"
        else:
            source = f"from whole.{name} where known_at <= as_of()"
        self.connection.execute(f"create table {name} as {source}")


@contextmanager
def as_known(published: Path, as_of: datetime | None, *, first: bool = False) -> Iterator[AsKnown]:
    """A published file as of a time (None: now), with ``first`` from every input's first vintage."""
    with attached(published) as connection:
        connection.execute("set variable as_of = $as_of", {"as_of": as_of})
        connection.execute("set variable vintage = $vintage", {"vintage": "first" if first else None})
        for macro, body in MACROS.items():
            connection.execute(f"create temp macro {macro} as {body}")
        views = frozenset(table.name for table, _ in as_of_views(model_queries()))
        yield AsKnown(connection, views, {m.table.name: m for m in models() if m.compute})
