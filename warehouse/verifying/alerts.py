"""Whether the alerts beside the database are what a run wrote there; runs write them again from the database."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from warehouse.alerts import read
from warehouse.store import StoreError
from warehouse.tables.alerts import ALERT
from warehouse.verifying.damage import Damage

REWRITE = "The next run, or tidegauge verify --repair, writes it again from the database"


def damages(path: Path) -> Iterator[Damage]:
    """A file that is not what this version writes. What the last run was killed before it wrote is no damage."""
    try:
        read(path)
    except StoreError:
        what = "it does not match its checksum, or another version wrote it"
        yield Damage(kind="alerts", path=path, what=what, remedy=REWRITE)


def missing(path: Path, connection: duckdb.DuckDBPyConnection) -> Iterator[Damage]:
    """A file that is not there, though the database has alerts."""
    ((number,),) = connection.execute(f"select count(*) from {ALERT.name}").fetchall()
    if number and not path.exists():
        what = f"it is missing, and the database has {number:,} alert{'' if number == 1 else 's'}"
        yield Damage(kind="alerts", path=path, what=what, remedy=REWRITE)
