"""What is found after a fault, and after the next run: in a process of its own, whose clock stands still too."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

import duckdb

import pipelines.repairing
from pipelines.places import Folder
from pipelines.repairing import repair
from pipelines.verifying import verify
from tests.faults.small_run import NOW, compared, here, make, publish, run
from tests.faults.striking import Case
from warehouse.copies import open_published, rows_hash
from warehouse.landing import LandingError
from warehouse.publishing import DATABASE
from warehouse.store import Store
from warehouse.tables import TABLES

Hashes = Mapping[str, str]


@dataclass
class Found:
    """What is wrong after a fault; empty where nothing is."""

    lost: list[str] = field(default_factory=list)
    half_stored: list[str] = field(default_factory=list)
    wrongly_published: list[str] = field(default_factory=list)
    not_converged: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def examined(case: Case, before: Hashes, undisturbed: Hashes, is_damaged: bool, told: Path) -> None:
    """Look at what a fault left, mend what is damaged, run again, and look again."""
    found, folder = Found(), here(case.root, NOW + timedelta(hours=1))
    damages = verify(folder).damages
    if not is_damaged:
        found.half_stored += map(str, damages)
        # No upstream fails here: a job that is told as failed is told wrongly.
        found.unclear += [job.reason for job in folder.landing.journal() if job.outcome == "failed"]
    found.wrongly_published += _wrong(folder, before, undisturbed)
    found.lost += _lost(case, folder, before)
    if damages:
        pipelines.repairing.run_offline = lambda _origin: _offline(folder)  # type: ignore[assignment]
        repair(folder, damages, lambda _line: None)
    is_later = bool(folder.landing.losses.noted())
    moment = NOW + timedelta(hours=2) if is_later else NOW
    folder = here(case.root, moment)
    run(folder, case.url, "next", case.acknowledged)
    with Store.open(folder.database, "look") as store:
        after = compared(store)
    found.not_converged += sorted(name for name in after if after[name] != undisturbed[name])
    found.not_converged += _wrong(folder, undisturbed, undisturbed)
    aside = ("set aside", "no finished job names it")  # named until a person has accepted that they are gone
    left = [damage for damage in verify(folder).damages if not any(sign in damage.what for sign in aside)]
    found.not_converged += map(str, left)
    told.write_text(json.dumps(asdict(found)))
    os._exit(0)


def _offline(folder: Folder) -> object:
    """What a repair ends with: a publication."""
    with Store.open(folder.database, "repaired") as store:
        return type("Outcome", (), {"published_now": publish(folder, store)})()


def _wrong(folder: Folder, *allowed: Hashes) -> list[str]:
    """The tables of which readers are served something that no undisturbed run published; an error serves nothing."""
    path = folder.shelf.root / "current" / DATABASE
    if not path.exists():
        return ["nothing is published"]
    try:
        with open_published(path) as connection:
            named = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
            served = {name: rows_hash(connection, TABLES[name]) for (name,) in named if name in allowed[0]}
    except duckdb.Error:
        return []
    wrong = [[name for name, told in served.items() if told != told_before[name]] for told_before in allowed]
    return min(wrong, key=len)


def _lost(case: Case, folder: Folder, before: Hashes) -> list[str]:
    """What the run was told is safe and is not there, without ``verify`` saying so."""
    lines = case.acknowledged.read_text().splitlines() if case.acknowledged.exists() else []
    lost_jobs = lines.count("job") - _kept_jobs(folder)
    found = [f"{lost_jobs} jobs"] if lost_jobs > 0 and not _is_damaged(folder, "journal") else []
    snapshots = [line.split()[1] for line in lines if line.startswith("snapshot")]
    if snapshots and snapshots[-1] != folder.shelf.snapshot():
        found.append(f"snapshot {snapshots[-1]}")
    batches = [int(line.split()[1]) for line in lines if line.startswith("batch")]
    try:
        with duckdb.connect(folder.database, read_only=True) as connection:
            ((last,),) = connection.execute("select coalesce(max(batch_id), 0) from quality.ledger").fetchall()
    except duckdb.Error:
        return found
    if batches and last < batches[-1] and not _is_damaged(folder, "database"):
        found.append(f"batches {last + 1} to {batches[-1]}")
    return found


def _kept_jobs(folder: Folder) -> int:
    """How many jobs of the struck run the journal has; none where it cannot be read."""
    try:
        return sum(job.run_id == "struck" for job in folder.landing.journal())
    except LandingError:
        return 0


def _is_damaged(folder: Folder, kind: str) -> bool:
    return any(damage.kind == kind for damage in verify(folder).damages)


def prepared(root: Path, told: Path) -> None:
    """Make the warehouse that all faults start from."""
    told.write_text(json.dumps(make(root)))
    os._exit(0)


def undisturbed(case: Case, told: Path) -> None:
    """The run that nothing disturbs."""
    case.run()
    with Store.open(case.folder.database, "look") as store:
        told.write_text(json.dumps(compared(store)))
    os._exit(0)
