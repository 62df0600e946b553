"""Copies for readers: a table's content hash, a file of tables that any client can open, and how it is opened."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from warehouse.as_of import MACROS, as_of_name, as_of_views
from warehouse.queries import model_queries
from warehouse.store import DERIVED, SETTINGS, Store, telling_damage
from warehouse.table import Table

AGAIN = "tidegauge verify --repair publishes it again"


def content_hash(store: Store, table: Table) -> str:
    """A hash of a table's rows that does not depend on their order."""
    return rows_hash(store.connection, table)


def rows_hash(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """The content hash of a table of any file of ours, by a connection whose time zone is UTC."""
    columns = ", ".join(c.name for c in table.columns)
    query = f"select count(*), bit_xor(md5_number(row({columns})::varchar)) from {table.name}"
    ((rows, digest),) = connection.execute(query).fetchall()
    return f"{rows:x}-{digest or 0:032x}"


def copy_tables(store: Store, tables: Sequence[Table], database: Path, parquet: Path) -> None:
    """Write tables to a new DuckDB file that 1.x clients can read, with comments, and as Parquet beside it."""
    store.do(f"attach {quoted(str(database))} as copy (storage_version 'v1.0.0')")
    try:
        store.connection.begin()
        for table in tables:
            store.do(f"create schema if not exists copy.{table.schema}")
            store.do(f"create table copy.{table.name} ({table.ddl})")
            store.do(f"insert into copy.{table.name} by name from {table.name}")
            store.do(f"comment on table copy.{table.name} is {quoted(table.doc)}")
            for column in table.columns:
                store.do(f"comment on column copy.{table.name}.{column.name} is {quoted(column.comment)}")
            (parquet / table.schema).mkdir(parents=True, exist_ok=True)
            target = parquet / f"{table.name.replace('.', '/')}.parquet"
            store.do(f"copy {table.name} to {quoted(str(target))} (format parquet, compression zstd)")
        _add_views(store, {table.name for table in tables})
        store.connection.commit()
    except BaseException:
        with suppress(duckdb.Error):  # what failed may have ended it, and what it said is what counts
            store.connection.rollback()
        raise
    finally:
        with suppress(duckdb.FatalException):
            store.do("detach copy")


def _add_views(store: Store, copied: Set[str]) -> None:
    """What lets a reader ask any derived table as it was known at a time; a view resolves names in its own file."""
    ((home,),) = store.do("select current_database()")
    store.do("use copy")
    try:
        for macro, body in MACROS.items():
            store.do(f"create macro {macro} as {body}")
        for schema in DERIVED:
            store.do(f"create schema {schema}_as_of")
        for table, query in as_of_views(model_queries()):
            if table.name in copied:
                name = as_of_name(table.name)
                store.do(f"create view {name} as {query}")
                store.do(f"comment on view {name} is {quoted(f'{table.doc} As known at the variable as_of.')}")
    finally:
        store.do(f"use {home}")


@contextmanager
def open_published(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to a published file that cannot write, attach or read any other file."""
    with telling_damage(str(path), AGAIN), duckdb.connect(path, read_only=True, config=SETTINGS) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def export_query(published: Path, query: str, target: Path) -> None:
    """Write what a query says of a published file to a new Parquet or CSV file, told by its ending."""
    with attached(published) as connection:
        connection.execute("use whole")
        how = "format csv, header" if target.suffix == ".csv" else "format parquet, compression zstd"
        connection.execute(f"copy ({query}) to {quoted(str(target))} ({how})")


@contextmanager
def attached(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory with a published file beside it, read-only, under the name ``whole``."""
    with telling_damage(str(path), AGAIN), duckdb.connect(config=SETTINGS) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {quoted(str(path))} as whole (read_only)")
        yield connection


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
