"""Great Expectations over the DuckDB connection that is already open.

Great Expectations fetches after it has handed its connection back, and DuckDB's results stream, so rows
would be lost: this cursor fetches when it executes. Only validation queries pass here, whose results are short.
What it asks of a table's columns is answered by DuckDB itself: the engine's imitation of PostgreSQL's catalogue takes
longer than the checks.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import duckdb
import duckdb_engine
import sqlalchemy
from sqlalchemy.dialects import registry

#: The address of an engine with the dialect below.
ADDRESS = "duckdb+eager://"
MOST_ROWS = 100_000


class EagerCursor(duckdb_engine.CursorWrapper):  # type: ignore[misc]
    """A cursor that has all its rows as soon as it has executed."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, wrapper: Any) -> None:
        super().__init__(cursor, wrapper)
        self._cursor = cursor
        self._rows: Iterator[Any] = iter(())
        self._description: Any = None

    def execute(self, statement: str, parameters: Any = None, context: Any = None) -> None:
        super().execute(statement, parameters, context)
        self._description = self._cursor.description
        rows = self._cursor.fetchmany(MOST_ROWS + 1) if self._description else []
        if len(rows) > MOST_ROWS:
            raise ValueError(f"a validation query returned more than {MOST_ROWS} rows: {statement[:200]}")
        self._rows = iter(rows)

    @property
    def description(self) -> Any:
        return self._description

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return list(islice(self._rows, size or 1))


class EagerConnection(duckdb_engine.ConnectionWrapper):  # type: ignore[misc]
    """A connection whose cursors are eager."""

    def cursor(self) -> EagerCursor:
        return EagerCursor(self._ConnectionWrapper__c.cursor(), self)


class EagerDialect(duckdb_engine.Dialect):  # type: ignore[misc]
    """DuckDB of which only reading is asked: each statement is a transaction of its own."""

    supports_statement_cache = False  # as of the dialect it extends

    def do_begin(self, connection: Any) -> None:
        """Nothing to begin."""

    def do_rollback(self, connection: Any) -> None:
        """Nothing to take back."""

    def get_columns(
        self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **_: Any
    ) -> list[dict[str, Any]]:
        found = connection.exec_driver_sql(f"describe {schema}.{table_name}").fetchall()
        plain = sqlalchemy.types.NullType()  # what is expected of a value does not depend on its type
        return [{"name": name, "type": plain, "nullable": True, "default": None} for name, *_ in found]

    def get_pk_constraint(
        self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **_: Any
    ) -> dict[str, Any]:
        return {"constrained_columns": [], "name": None}


registry.register("duckdb.eager", __name__, EagerDialect.__name__)
