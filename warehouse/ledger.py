"""The ledger: one row per change of a table, in its transaction, and mirrored outside the database.

A database opens without a word after losing its log; only the mirror notices.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from warehouse import sealed
from warehouse.table import Table
from warehouse.tables.quality import LEDGER


class LedgerError(Exception):
    """The ledger's mirror cannot be read."""


class WritesLost(LedgerError):
    """The database does not have what the ledger's mirror says was written to it."""


@dataclass
class Ledger:
    """The changes of one open warehouse, and the file beside it that mirrors them.

    Changes are numbered from ``after`` on: a database that is made again goes on where the one before it ended, and
    so does the mirror.
    """

    connection: duckdb.DuckDBPyConnection
    mirror: Path
    run_id: str
    after: int = 0
    _pending: list[dict[str, Any]] = field(default_factory=list)

    def versions(self) -> dict[str, str]:
        """The batch and run that last changed each table; a table that was never written is not in it."""
        last = "select table_name, max(batch_id), arg_max(run_id, batch_id) from quality.ledger group by all"
        return {name: f"{batch} {run_id[:8]}" for name, batch, run_id in self._do(last)}

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
        last = self.last_stored()
        for batch_id, entry in enumerate(self._pending, start=last + 1):
            ((now, rows_after),) = self._do(f"select now(), count(*) from {entry['table_name']}")
            entry |= {"batch_id": batch_id, "run_id": self.run_id, "rows_after": rows_after, "known_at": now}
            names = ", ".join(c.name for c in LEDGER.columns)
            marks = ", ".join(f"${c.name}" for c in LEDGER.columns)
            self._do(f"insert into {LEDGER.name} ({names}) values ({marks})", entry)

    def copy_out(self) -> None:
        """Append what was committed to the mirror, durably."""
        if self._pending:
            sealed.append(self.mirror, b"".join(map(sealed.sealed, self._pending)))

    def last_stored(self) -> int:
        """The number of the last change that the database knows."""
        ((last,),) = self._do("select coalesce(max(batch_id), $after) from quality.ledger", {"after": self.after})
        return int(last)

    def settle(self) -> None:
        """Complete a mirror that a crash left behind the ledger; raise WritesLost when the ledger is behind it."""
        stored, mirrored = self.last_stored(), last_mirrored(self.mirror)
        if stored < mirrored:
            raise WritesLost(
                f"the warehouse beside {self.mirror} ends with batch {stored}, its ledger there with {mirrored}: what "
                "was written between is lost, as when a database loses its .wal file. tidegauge run makes all of it "
                "again from landing"
            )
        names = [c.name for c in LEDGER.columns]
        missing = f"select {', '.join(names)} from {LEDGER.name} where batch_id > $mirrored order by batch_id"
        self._pending = [dict(zip(names, row, strict=True)) for row in self._do(missing, {"mirrored": mirrored})]
        self.copy_out()

    def _do(self, statement: str, parameters: object = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, parameters).fetchall()


def last_mirrored(mirror: Path) -> int:
    """The number of the last change in a mirror, 0 when there is none; raises LedgerError when its end is damaged."""
    last = None
    for line in sealed.lines(mirror):
        last = line
    try:
        return last.read(lambda record: int(record["batch_id"])) if last else 0
    except (sealed.BrokenSeal, sealed.OtherVersion) as error:
        raise LedgerError(f"whether the warehouse lost writes is not known: {error}") from None
