"""Mending what is damaged, from what is whole; what nothing can bring back is noted and set aside, never dropped."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.mending import rebuild_store
from pipelines.origins import offline
from pipelines.places import Folder
from pipelines.runs import Outcome, run_offline
from warehouse import alerts, checksums, sealed
from warehouse.tables.books import BOOK_CAPTURE, TRADE_MINUTE
from warehouse.tables.quality import LEDGER, QUARANTINE
from warehouse.verifying import database
from warehouse.verifying.books import is_checksum
from warehouse.verifying.damage import Damage, Kind

#: The tables that know what the lines of a log said, while the database can be read.
LOGS = {
    "capture.jsonl": (BOOK_CAPTURE, "true"),
    "trades.jsonl": (TRADE_MINUTE, "true"),
    "refused.jsonl": (QUARANTINE, "starts_with(landed_id, 'spool ')"),
}
#: The parts of their keys that a line tells as text.
MOMENTS = ("hour", "minute", "known_at")


def repair(folder: Folder, damages: Sequence[Damage], say: Callable[[str], None]) -> Outcome | None:
    """Mend what can be mended and say what was done; the outcome of the run with which that ended, if one was due."""

    def of(kind: Kind) -> list[Damage]:
        return [damage for damage in damages if damage.kind == kind]

    is_readable = not of("database")
    for path in dict.fromkeys(damage.path for damage in of("log")):
        say(f"mended      {path}; as it was: {_written_again(path, _log(folder, path, is_readable))}")
    folder.landing.losses.note(loss for damage in [*of("body"), *of("journal")] for loss in damage.losses)
    for damage in of("body"):
        if damage.path.exists():
            say(f"set aside   {_aside(damage.path)}")
    if any(not damage.losses for damage in of("journal")):
        sealed.append(folder.landing.journal_path, b"")
    for damage in of("books"):
        if is_checksum(damage.what):
            checksums.write(checksums.beside(damage.path), {damage.path.name: checksums.of_file(damage.path)})
            say(f"mended      {checksums.beside(damage.path)}")
        elif damage.path.suffix == ".parquet":
            checksums.beside(damage.path).unlink(missing_ok=True)
            say(f"set aside   {_aside(damage.path) if damage.path.exists() else damage.path}")
    for path in dict.fromkeys(damage.path for damage in of("ledger")):
        say(f"mended      {path}; as it was: {_written_again(path, _mirror(folder, path, is_readable))}")
    for damage in of("alerts"):
        kept = _kept(damage.path)
        if is_readable:
            held = [alerts.Alert(**row) for row in _rows(folder.database, alerts.HELD)]
            alerts.write(damage.path, held, unsent_because="")
            say(f"mended      {damage.path}; as it was: {kept}")
        else:
            say(f"set aside   {kept}; as the database is damaged too, what stands is told once more")
    if of("database"):
        rebuilt = rebuild_store(folder, offline(folder.origin), str(uuid.uuid4()), keep=True)
        say(f"rebuilt     {folder.database}: {rebuilt}")
    if not of("database") and not of("published"):
        return None
    snapshot = folder.shelf.condemn() if of("published") else None
    outcome = run_offline(folder.origin)
    if snapshot and snapshot.exists() and outcome.published_now:
        say(f"set aside   {folder.shelf.set_aside(snapshot)}")
    return outcome


def _aside(path: Path) -> Path:
    return path.rename(path.with_name(f"{path.name}.damaged"))


def _written_again(path: Path, lines: Iterator[bytes]) -> Path | None:
    """Put a file of these lines in the place of a damaged one; where that is kept."""
    content = b"".join(lines)
    kept = _kept(path)
    sealed.append(path, content)
    return kept


def _kept(path: Path) -> Path | None:
    """Put a damaged file aside, if it is there; where."""
    aside = path.with_name(f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{path.name}")
    return path.rename(aside) if path.exists() else None


def _log(folder: Folder, log: Path, is_readable: bool) -> Iterator[bytes]:
    """The whole lines of a log, and those that only the database knows any more."""
    whole = [line for line in sealed.lines(log) if line.is_whole()]
    yield from (line.content for line in whole)
    yield sealed.mended(sealed.torn(log))
    if is_readable and log.name in LOGS:
        table, where = LOGS[log.name]
        names = [name for name in table.key if name not in MOMENTS]

        def identity(record: Mapping[str, Any]) -> tuple[object, ...]:
            return (*_moments(record), *(record[name] for name in names))

        known = {line.read(identity) for line in whole}
        for row in _rows(folder.database, f"from {table.name} where {where} order by all"):
            if identity(row) not in known:
                yield sealed.sealed(row)


def _moments(record: Mapping[str, Any]) -> list[datetime]:
    """The moments of a row, or of a line that told it."""
    told = [record[name] for name in MOMENTS if name in record]
    return [moment if isinstance(moment, datetime) else datetime.fromisoformat(moment) for moment in told]


def _mirror(folder: Folder, mirror: Path, is_readable: bool) -> Iterator[bytes]:
    """The ledger as the database has it, after the lines of databases before that one."""
    stored = list(_rows(folder.database, f"from {LEDGER.name} order by batch_id")) if is_readable else []
    first = stored[0]["batch_id"] if stored else None
    for line in sealed.lines(mirror):
        if line.is_whole() and (first is None or line.read(lambda record: int(record["batch_id"])) < first):
            yield line.content
    yield from (sealed.sealed(row) for row in stored)


def _rows(path: Path, query: str) -> Iterator[dict[str, Any]]:
    with closing(database.opened(path)) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description or []]
        yield from (dict(zip(names, row, strict=True)) for row in result.fetchall())
