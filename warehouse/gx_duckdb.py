"""Great Expectations over the DuckDB connection that is already open.

Great Expectations fetches after it has handed its connection back, and DuckDB's results stream, so rows
would be lost: this cursor fetches when it executes. Only validation queries pass here, whose results are short.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import duckdb
import duckdb_engine

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
