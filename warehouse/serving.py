"""A serving copy: the tables of one published snapshot in a PostgreSQL, for clients that speak only that.

A copy is one transaction of DELETE and COPY on tables that stay: a reader is never blocked, sees the snapshot before
or the one after, whatever its isolation level, and keeps its grants. Only a changed declaration makes a table anew.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.copies import open_published, quoted
from warehouse.postgres import ServingError, connected, do, own
from warehouse.publishing import DATABASE
from warehouse.table import Table, Type

POSTGRES_TYPES: dict[Type, str] = {
    "date": "date",
    "timestamptz": "timestamptz",
    "double": "double precision",
    "bigint": "bigint",
    "varchar": "text",
    "boolean": "boolean",
}
#: What the copy holds, one row per table, in a schema that is made like the others.
HOME, COPIED = "tidegauge", "tidegauge.copied"
COPIED_COLUMNS = """
    table_name text primary key, origin text not null, snapshot text not null, rows bigint not null,
    content_hash text not null, declaration text not null
"""
ROWS_A_BATCH = 100_000


@dataclass(frozen=True)
class Held:
    """What the copy has of one table."""

    origin: str
    content_hash: str
    declaration: str


@dataclass(frozen=True)
class Copying:
    """A snapshot on its way into PostgreSQL, inside one transaction."""

    connection: Any
    snapshot: Path
    manifest: Mapping[str, Any]
    held: Mapping[str, Held]

    def drop_all_but(self, tables: Sequence[Table]) -> list[str]:
        """Drop the tables of the copy that are not among these; their names."""
        gone = sorted(set(self.held) - {table.name for table in tables})
        for name in gone:
            do(self.connection, f"drop table {name}")
            do(self.connection, f"delete from {COPIED} where table_name = {quoted(name)}")
        return gone

    def copy(self, table: Table) -> int:
        """Let the copy have a table as the snapshot has it; how many rows were written, none when it had them."""
        told, held = self.manifest["tables"][table.name], self.held.get(table.name)
        is_same = held is not None and held.declaration == _declaration(table)
        if held and is_same and held.content_hash == told["content_hash"]:
            self._note(table)
            return 0
        if held:
            do(self.connection, f"{'delete from' if is_same else 'drop table'} {table.name}")
        if not is_same:
            own(self.connection, table.schema)
            for statement in _statements(table):
                do(self.connection, statement)
        self._fill(table)
        self._note(table)
        return int(told["rows"])

    def _fill(self, table: Table) -> None:
        schema, _, name = table.name.partition(".")
        with open_published(self.snapshot / DATABASE) as published, self.connection.cursor() as cursor:
            rows = published.sql(f"select {', '.join(c.name for c in table.columns)} from {table.name}")
            cursor.adbc_ingest(name, rows.to_arrow_reader(ROWS_A_BATCH), mode="append", db_schema_name=schema)

    def _note(self, table: Table) -> None:
        told = self.manifest["tables"][table.name]
        texts = (table.name, self.manifest["origin"], self.manifest["snapshot"])
        values = (*map(quoted, texts), str(told["rows"]), quoted(told["content_hash"]), quoted(_declaration(table)))
        do(self.connection, f"delete from {COPIED} where table_name = {quoted(table.name)}")
        do(self.connection, f"insert into {COPIED} values ({', '.join(values)})")


@contextmanager
def copying(url: str, snapshot: Path) -> Iterator[Copying]:
    """A transaction on the PostgreSQL at a URL, that gets a snapshot's folder."""
    manifest = json.loads((snapshot / "manifest.json").read_text())
    with connected(url) as connection:
        # One copy at a time; the lock ends with the transaction.
        do(connection, "select pg_advisory_xact_lock(hashtext('tidegauge serve-copy'))::text")
        own(connection, HOME)
        do(connection, f"create table if not exists {COPIED} ({COPIED_COLUMNS})")
        rows = do(connection, f"select table_name, origin, content_hash, declaration from {COPIED}")
        held = {name: Held(*told) for name, *told in rows}
        if others := sorted({table.origin for table in held.values()} - {manifest["origin"]}):
            raise ServingError(
                f"this database holds a copy of {', '.join(others)} data, and origins never mix: "
                f"copy {manifest['origin']} data into a database of its own"
            )
        yield Copying(connection, snapshot, manifest, held)


def _statements(table: Table) -> list[str]:
    """What makes a table with its key, types and comments."""
    columns = [f"{c.name} {POSTGRES_TYPES[c.type]}{' not null' if table.is_required(c) else ''}" for c in table.columns]
    return [
        f"create table {table.name} ({', '.join(columns)}, primary key ({', '.join(table.key)}))",
        f"comment on table {table.name} is {quoted(table.doc)}",
        *(f"comment on column {table.name}.{c.name} is {quoted(c.comment)}" for c in table.columns),
    ]


def _declaration(table: Table) -> str:
    return "\n".join(_statements(table))
