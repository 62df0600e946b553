"""Whether all that an origin keeps is whole."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from assets.coverage import log_of
from assets.progress import bars
from assets.recording_books import refused_of
from assets.trade_minutes import minutes_of
from pipelines.places import Folder
from warehouse.alerts import FILE
from warehouse.landing import Landing
from warehouse.losses import Losses
from warehouse.store import AGAIN, mirror_of
from warehouse.verifying import alerts, books, database, landing, ledger, published, recorded
from warehouse.verifying.damage import Damage, Told


@dataclass(frozen=True)
class Verified:
    """What was read, by kind, and what of it is damaged."""

    read: dict[str, int]
    damages: list[Damage]


def verify(folder: Folder) -> Verified:
    """Read everything that an origin keeps; raises StoreInUse while a run is writing."""
    read: dict[str, int] = {}
    with bars() as shown:

        def told(what: str, done: int, of: int) -> None:
            read[what] = of
            shown(what, done, of)

        return Verified(read, list(_damages(folder, told)))


def _damages(folder: Folder, told: Told) -> Iterator[Damage]:
    now, landed = datetime.now(UTC), folder.landing
    landed.losses = Losses(landed.losses.path, leave_out_damaged=True)
    if folder.database.exists():
        found = list(database.damages(folder.database, "database", AGAIN, told))
        yield from found
        if not found:
            yield from _said(folder, landed, now)
    elif mirror_of(folder.database).exists() or landed.journal_path.exists():
        yield Damage(kind="database", path=folder.database, what="it is missing", remedy=AGAIN)
    yield from alerts.damages(folder.alerts / FILE)
    yield from landing.damages(landed, now, told)
    logs = [log_of(folder.spool), minutes_of(folder.spool), refused_of(folder.spool)]
    yield from books.damages(folder.books, folder.spool, logs, told)
    yield from published.damages(folder.shelf, told)


def _said(folder: Folder, landed: Landing, now: datetime) -> Iterator[Damage]:
    """What a database that can be read says, against its ledger's mirror, landing and the alerts beside it."""
    try:
        with closing(database.opened(folder.database)) as connection:
            yield from ledger.damages(connection, folder.database)
            yield from recorded.damages(connection, landed, now)
            yield from alerts.missing(folder.alerts / FILE, connection)
    except duckdb.CatalogException as error:
        what = f"it is no warehouse of this version: {str(error).splitlines()[0]}"
        yield Damage(kind="database", path=folder.database, what=what, remedy=AGAIN)
