"""The faults: a name that is a row of docs/reliability.md, how each is done, and what must come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from signal import SIGINT, SIGKILL, SIGTERM, SIGXFSZ
from typing import Literal

from tests.faults import striking
from tests.faults.striking import (
    LANDING,
    MIRROR,
    Damaged,
    Full,
    Killed,
    KilledWriting,
    Signalled,
    Strike,
    change,
    cut,
    delete,
    empty,
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One way in which things go wrong.

    ``ends`` are the exit codes that a struck process may have beside 0, negative for a signal; ``says`` is what its
    error must have. A fault ``finds`` damage of these kinds. It starts ``after`` an undisturbed beginning, or a crash
    that left a log beside the database.
    """

    name: str
    strike: Strike
    ends: Sequence[int] = ()
    says: str = ""
    finds: frozenset[str] = frozenset()
    start: Literal["before", "crashed"] = "before"
    needs_mounts: bool = False
    in_tests: int = 1


FAILED = (striking.TOLD_AN_ERROR,)
ROOM = "run again: what was stored before is whole"
REPAIR = "tidegauge verify --repair"
#: Where a process is killed for the sake of a log that is left.
CRASH = Killed("publish")


def _killed(name: str, strike: Strike, in_tests: int) -> Fault:
    return Fault(name=name, strike=strike, ends=(-SIGKILL, -SIGXFSZ), in_tests=in_tests)


def _full(where: str, strike: Strike) -> Fault:
    return Fault(name=f"disk full: {where}", strike=strike, ends=FAILED, says=ROOM)


def _log(name: str, damage: striking.Damaging) -> Fault:
    strike = Damaged(damage, striking.log)
    kinds = frozenset({"database"})
    return Fault(name=f"WAL {name}", strike=strike, start="crashed", ends=FAILED, says=REPAIR, finds=kinds)


def _flipped(name: str, strike: Strike, *kinds: str) -> Fault:
    return Fault(name=f"byte flipped: {name}", strike=strike, ends=FAILED, says=REPAIR, finds=frozenset(kinds))


FAULTS = {
    fault.name: fault
    for fault in (
        _killed("killed: fetching", Killed("fetch"), 4),
        _killed("killed: landing", Killed("fetch", LANDING), 4),
        _killed("killed: recording and committing", Killed("record"), 4),
        _killed("killed: committed, not acknowledged", Killed("record", MIRROR), 4),
        _killed("killed: order books", Killed("books"), 2),
        _killed("killed: building", Killed("build"), 2),
        _killed("killed: publishing", Killed("publish"), 3),
        _killed("killed: inside a write", KilledWriting(("fetch", "record", "books", "publish"), 200_000), 2),
        _full("landing", Full("fetch", 1, 9_000)),
        _full("WAL and its mirror", Full("record", 1, 8_000)),
        _full("checkpoint", Full("build", 200_000, 4_000_000, checkpoint=True)),
        _full("Parquet of order books", Full("books", 1, 4_000)),
        _full("publishing", Full("publish", 1, 4_000_000)),
        Fault(
            name="disk full: anywhere", strike=striking.full_disk, ends=FAILED, says=ROOM, needs_mounts=True, in_tests=2
        ),
        Fault(
            name="read-only file system",
            strike=striking.read_only,
            ends=FAILED,
            says="make the folder writable",
            needs_mounts=True,
        ),
        Fault(name="second writer", strike=striking.second_writer, ends=FAILED, says="when it has ended"),
        _log("cut", cut),
        _log("emptied", empty),
        _log("deleted", delete),
        _log("byte flipped", change),
        _flipped("database", Damaged(change, striking.database), "database"),
        _flipped("ledger's mirror", Damaged(change, striking.mirror), "ledger"),
        _flipped("landing", Damaged(change, striking.landed), "body", "journal"),
        _flipped("order books", Damaged(change, striking.books), "books"),
        _flipped("published files", Damaged(change, striking.snapshot, is_run_tried=False), "published"),
        Fault(name="out of memory", strike=striking.little_memory, ends=FAILED, says="free memory"),
        Fault(name="SIGINT", strike=Signalled(SIGINT), ends=(130,), says="interrupted"),
        Fault(name="SIGTERM", strike=Signalled(SIGTERM), ends=(143,), says="interrupted"),
    )
}
