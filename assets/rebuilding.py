"""The database made again from what was landed: beside the old one, then swapped in. Nothing here reaches out."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from assets.recording import LOST, Clients, record_again
from assets.recording_books import record_logs, restore
from warehouse.books.segment import sync_folder
from warehouse.landing import Landing
from warehouse.ledger import last_mirrored
from warehouse.store import Store, StoreInUse, mirror_of
from warehouse.tables.facts import LANDED

#: Called with what is being done, how much of it is done, and how much there is.
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """How many facts and books a rebuild brought, and where the database before it is kept, if it is.

    ``lost`` are the jobs that it had to leave out, as their landed bytes are damaged for good; they are in quarantine.
    """

    facts: int
    books: int
    lost: tuple[str, ...]
    kept: Path | None

    def __str__(self) -> str:
        lost = f"; LEFT OUT, as their replies are lost: {', '.join(self.lost)}" if self.lost else ""
        kept = f"; the database as it was: {self.kept}" if self.kept else ""
        return f"{self.facts:,} facts and {self.books:,} order books from landing{lost}{kept}"


def rebuild(
    database: Path,
    landing: Landing,
    clients: Clients,
    spool: Path,
    books: Path,
    *,
    run_id: str,
    derive: Callable[[Store], None],
    told: Told = lambda _what, _done, _all: None,
    keep: bool,
) -> Rebuilt:
    """Record everything landed in a new database and put it in the place of the old one, which may be kept aside.

    ``derive`` makes the tables that follow from the facts. Until the last step the old database is as it was, whatever
    happens. Raises StoreInUse while another process has it open.
    """
    beside = database.with_name("rebuilding.duckdb")
    with _alone(database):
        try:
            _remove(beside)
            after = last_mirrored(mirror_of(database))
            with Store.open(beside, run_id, after=after) as store:
                recorded = record_again(store, landing, clients, lambda done, of: told("jobs", done, of))
                measured = restore(store, spool, books, lambda done, of: told("books", done, of))
                with store.transaction():
                    record_logs(store, spool)
                derive(store)
                store.do("checkpoint")
            kept = _swap(beside, database, keep)
        finally:
            _remove(beside)
    facts = sum(
        said.new + said.revised
        for name, said in recorded.appended.items()
        if name.startswith("facts.") and name != LANDED.name
    )
    lost = tuple(rejected.source for rejected in recorded.quarantined if rejected.reason == LOST)
    return Rebuilt(facts=facts, books=measured, lost=lost, kept=kept)


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Hold what DuckDB itself would lock, so that no other process writes what would then be swapped away."""
    database.parent.mkdir(parents=True, exist_ok=True)
    handles = []
    try:
        for path in (database, database.with_name(".rebuilding")):
            if path.exists() or path != database:
                handles.append(os.open(path, os.O_RDWR | os.O_CREAT, 0o644))
                try:
                    fcntl.lockf(handles[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise StoreInUse(database, _refused(path)) from None
        yield
    finally:
        for handle in handles:
            os.close(handle)


def _refused(path: Path) -> str:
    """What DuckDB says of a file that another process has locked: it knows by which."""
    try:
        duckdb.connect(path, read_only=True).close()
    except duckdb.Error as error:
        return str(error)
    return ""


def _swap(beside: Path, database: Path, keep: bool) -> Path | None:
    """Put the new database in the place of the old one.

    The log of the old one goes first: were this to end there, the ledger's mirror would tell. The mirror stays, and
    the new database's changes are appended to it when it is opened.
    """
    kept = None
    if keep and database.exists():
        kept = database.with_name(f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.duckdb")
        with suppress(FileExistsError):
            os.link(database, kept)
    log = Path(f"{database}.wal")
    if log.exists():
        log.rename(f"{kept}.wal") if kept else log.unlink()
    beside.replace(database)
    sync_folder(database.parent)
    return kept


def _remove(beside: Path) -> None:
    for path in (beside, Path(f"{beside}.wal"), mirror_of(beside)):
        path.unlink(missing_ok=True)
