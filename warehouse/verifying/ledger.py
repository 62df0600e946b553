"""Whether a warehouse has all that was written to it: its ledger, the ledger's mirror outside, and its rows."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse import sealed
from warehouse.store import AGAIN, mirror_of
from warehouse.tables import TABLES
from warehouse.tables.facts import LANDED
from warehouse.tables.quality import LEDGER
from warehouse.verifying.damage import Damage

NAMES = [column.name for column in LEDGER.columns]
REWRITE = "tidegauge verify --repair writes it again from the database"


def damages(connection: duckdb.DuckDBPyConnection, database: Path) -> Iterator[Damage]:
    """What mirror and database say differently, and tables without the rows or replies that they should have."""
    mirror, last = mirror_of(database), 0
    rows = connection.execute(f"select {', '.join(NAMES)} from {LEDGER.name} order by batch_id").fetchall()
    stored = {row[0]: dict(zip(NAMES, row, strict=True)) for row in rows}
    for line in sealed.lines(mirror):
        try:
            told = line.read(_told)
        except sealed.BrokenSeal:
            last += 1
            yield Damage(
                kind="ledger", path=mirror, what=f"line {line.number} does not match its checksum", remedy=REWRITE
            )
            continue
        last = told["batch_id"]
        if last in stored and stored[last] != told:
            what = f"line {line.number} says otherwise of batch {last} than the database"
            yield Damage(kind="ledger", path=mirror, what=what, remedy=REWRITE)
    if sealed.mended(sealed.torn(mirror)):
        yield Damage(kind="ledger", path=mirror, what="the end of its last line is damaged", remedy=REWRITE)
    if stored and not mirror.exists():
        yield Damage(kind="ledger", path=mirror, what="it is missing", remedy=REWRITE)
    if last > max(stored, default=0):
        what = f"it ends with batch {max(stored, default=0)}, {mirror.name} with {last}: what was written last is lost"
        yield Damage(kind="database", path=database, what=what, remedy=AGAIN)
    yield from _rows(connection, database)


def _told(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in NAMES} | {"known_at": datetime.fromisoformat(record["known_at"])}


def _rows(connection: duckdb.DuckDBPyConnection, database: Path) -> Iterator[Damage]:
    counted = "select table_name, arg_max(rows_after, batch_id) from quality.ledger group by all order by all"
    for table, rows_after in connection.execute(counted).fetchall():
        ((rows,),) = connection.execute(f"select count(*) from {table}").fetchall()
        if rows != rows_after:
            what = f"it has {rows:,} rows, and its ledger says {rows_after:,}"
            yield Damage(kind="database", path=database, table=table, what=what, remedy=AGAIN)
    for table in TABLES.values():
        if table.schema == "facts" and table is not LANDED and "landed_id" in table.polars_schema:
            query = (
                f"select distinct landed_id from {table.name} anti join {LANDED.name} using (landed_id) order by all"
            )
            if unknown := sorted(landed_id for (landed_id,) in connection.execute(query).fetchall()):
                yield Damage(
                    kind="database",
                    path=database,
                    table=table.name,
                    columns=("landed_id",),
                    landed_ids=tuple(unknown),
                    what="it rests on replies that facts.landed does not have",
                    remedy=AGAIN,
                )
