"""Every table as it was known at a time, made again from the facts known by then: of a file, or while building."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines.models import Model, models
from warehouse.as_of import MACROS
from warehouse.copies import attached
from warehouse.queries import tables_read
from warehouse.tables import TABLES


@dataclass
class AsKnown:
    """Answers queries with what was known; each table is made once, when it is first read, after what it reads.

    ``connection`` is at an empty database; ``whole`` is the name of the one with the facts beside it. Those of its
    tables that are ``unchanged`` since are read as they stand.
    """

    connection: duckdb.DuckDBPyConnection
    whole: str
    models: Mapping[str, Model]
    unchanged: set[str] = field(default_factory=set)
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
        if name in self.unchanged:
            self.connection.execute(f"create view {name} as from {self.whole}.{name}")
            return
        if name not in self.models:
            self.connection.execute(f"create view {name} as from {self.whole}.{name} where known_at <= as_of()")
            return
        model = self.models[name]
        for read in sorted(model.reads):
            self._make(read)
        content = model.content(self.read)
        if isinstance(content, pl.DataFrame):
            self.connection.register("computed", content.to_arrow())
            content = "from computed"
        columns = ", ".join(f"{column.name}::{column.type} as {column.name}" for column in model.table.columns)
        self.connection.execute(f"create table {name} as select {columns} from (\n{content}\n)")


@contextmanager
def as_known(published: Path, as_of: datetime | None, *, first: bool = False) -> Iterator[AsKnown]:
    """A published file as of a time (None: now), with ``first`` from every input's first vintage."""
    with attached(published) as connection:
        set_moment(connection, as_of, first=first)
        yield AsKnown(connection, "whole", made_again())


def made_again() -> dict[str, Model]:
    """The models that are made again. One that looks back is not: each of its rows is known from its moment on."""
    return {model.table.name: model for model in models() if not model.looks_back}


def set_moment(connection: duckdb.DuckDBPyConnection, as_of: datetime | None, *, first: bool = False) -> None:
    """Let a connection's queries know what was known at a time."""
    connection.execute("set variable as_of = $as_of", {"as_of": as_of})
    connection.execute("set variable vintage = $vintage", {"vintage": "first" if first else None})
    for macro, body in MACROS.items():
        connection.execute(f"create or replace temp macro {macro} as {body}")
