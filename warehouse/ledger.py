"""The ledger: one row per change of a table, in its transaction, and mirrored outside the database.

A database opens without a word after losing its log; only the mirror notices.
"""

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.table import Table
from warehouse.tables.quality import LEDGER


class LedgerError(Exception):
    """The database and the ledger's mirror contradict each other."""


@dataclass
class Ledger:
    """The changes of one open warehouse, and the file beside it that mirrors them."""

    connection: duckdb.DuckDBPyConnection
    mirror: Path
    run_id: str
    _pending: list[dict[str, Any]] = field(default_factory=list)

    def versions(self) -> dict[str, str]:
        """The batch that last changed each table; a table that was never written is not in it."""
        rows = self._do("select table_name, max(batch_id) from quality.ledger group by all")
        return {name: str(batch) for name, batch in rows}

    def recipe(self, table: Table) -> str | None:
        """The recipe that a derived table was last built from."""
        rows = self._do(
            "select recipe from quality.ledger where table_name = $name order by batch_id desc limit 1",
            {"name": table.name},
        )
        return rows[0][0] if rows else None

    def row_counts(self) -> dict[str, int]:
        """Rows of every table that was ever written."""
        return dict(self._do("select table_name, arg_max(rows_after, batch_id) from quality.ledger group by all"))

    def begin(self) -> None:
        self._pending.clear()

    def note(self, table: Table, *, rows: int, recipe: str = "") -> None:
        """Remember a change of the transaction under way."""
        self._pending.append({"table_name": table.name, "rows_written": rows, "recipe": recipe})

    def write(self) -> None:
        """Store what was noted, as the last statement of the transaction."""
        ((last,),) = self._do("select coalesce(max(batch_id), 0) from quality.ledger")
        for batch_id, entry in enumerate(self._pending, start=last + 1):
            ((now, rows_after),) = self._do(f"select now(), count(*) from {entry['table_name']}")
            entry |= {"batch_id": batch_id, "run_id": self.run_id, "rows_after": rows_after, "known_at": now}
            names = ", ".join(c.name for c in LEDGER.columns)
            marks = ", ".join(f"${c.name}" for c in LEDGER.columns)
            self._do(f"insert into {LEDGER.name} ({names}) values ({marks})", entry)

    def copy_out(self) -> None:
        """Append what was committed to the mirror, durably."""
        if self._pending:
            with self.mirror.open("a") as mirror:
                mirror.writelines(json.dumps(entry, default=datetime.isoformat) + "\n" for entry in self._pending)
                mirror.flush()
                os.fdatasync(mirror.fileno())

    def settle(self) -> None:
        """Complete a mirror that a crash left behind the ledger; refuse a ledger that is behind its mirror."""
        lines = self.mirror.read_bytes().splitlines(keepends=True) if self.mirror.exists() else []
        if lines and not lines[-1].endswith(b"\n"):
            os.truncate(self.mirror, sum(map(len, lines[:-1])))
            lines.pop()
        mirrored = json.loads(lines[-1])["batch_id"] if lines else 0
        ((stored,),) = self._do("select coalesce(max(batch_id), 0) from quality.ledger")
        if stored < mirrored:
            raise LedgerError(
                f"the warehouse beside {self.mirror} ends with batch {stored}, its ledger there with {mirrored}: what "
                "was written between is lost. Everything landed is still there: move the database, this ledger and "
                "landing/journal.read away, and run again"
            )
        names = [c.name for c in LEDGER.columns]
        missing = f"select {', '.join(names)} from {LEDGER.name} where batch_id > $mirrored order by batch_id"
        self._pending = [dict(zip(names, row, strict=True)) for row in self._do(missing, {"mirrored": mirrored})]
        self.copy_out()

    def _do(self, statement: str, parameters: object = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, parameters).fetchall()
