"""How each fault is done: in a process of its own, to a data folder of its own, by a seed."""

import ctypes
import os
import random
import resource
import shutil
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import duckdb

import pipelines.waiting
from pipelines.places import Folder
from pipelines.remedies import on_one_line
from pipelines.verifying import verify
from tests.dying import Doom, Fate, is_ours
from tests.faults.small_run import FACTS, MADE, PHASES, At, here, run
from tests.small import flip
from warehouse.store import Store, mirror_of

TOLD_AN_ERROR = 3
LIBC = ctypes.CDLL(None, use_errno=True)
NEW_MOUNTS, BIND, REMOUNT, READ_ONLY, PRIVATE_BELOW = 0x00020000, 4096, 32, 1, 0x44000
SELECTED = ["landing/fred", *(name.replace(".", "/") for name in (*MADE, *FACTS)), "published/current"]


@dataclass(frozen=True)
class Case:
    """One fault at one seed, in a folder of its own. ``lines`` says how many lines an undisturbed run comes to."""

    root: Path
    url: str
    seed: int
    lines: dict[str, int]

    @property
    def folder(self) -> Folder:
        return here(self.root)

    @property
    def chance(self) -> random.Random:
        return random.Random(self.seed)

    @property
    def acknowledged(self) -> Path:
        return self.root / "acknowledged"

    def run(self, at: At | None = None) -> None:
        run(self.folder, self.url, "struck", self.acknowledged, at)

    def tell(self, name: str, what: str) -> None:
        (self.root / name).write_text(what)


Strike = Callable[[Case], None]


def struck(strike: Strike, case: Case) -> None:
    """Do it, and let an error end the process as it would end the command."""
    try:
        strike(case)
        case.tell("ended", "")
    except Exception as error:
        case.tell("said", on_one_line(error))
        os._exit(TOLD_AN_ERROR)
    os._exit(0)


# -- killed ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Killed:
    """Killed at a line of a phase, or of what comes after; ``only`` are the functions whose lines count."""

    phase: str
    only: tuple[tuple[str, str], ...] = ()

    def counts(self, code: CodeType) -> bool:
        if not self.only:
            return is_ours(code)
        return any(code.co_filename.endswith(file) and code.co_name == name for file, name in self.only)

    def __call__(self, case: Case) -> None:
        fate = Fate(Doom(1, case.chance.randrange(case.lines[repr(self)])), case.root / "lines", self.counts)
        case.run({self.phase: lambda _store: fate.acknowledge()})


LANDING = (
    *(("warehouse/landing.py", name) for name in ("keep", "finish", "write_durably")),
    ("warehouse/sealed.py", "append"),
)
MIRROR = (("warehouse/ledger.py", "copy_out"), ("warehouse/sealed.py", "append"))


def counted(case: Case, kills: list[Killed], told: Path) -> None:
    """How many lines of an undisturbed run each kill may come at."""
    lines, begun, known = Counter[Killed](), set[str](), dict[int, list[Killed]]()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        code = frame.f_code
        if id(code) not in known:
            known[id(code)] = [kill for kill in kills if kill.counts(code)] if is_ours(code) else []
        if event == "line":
            lines.update(kill for kill in known[id(code)] if kill.phase in begun and following(kill.phase) not in begun)
        return trace if known[id(code)] else None

    threading.settrace(trace)
    sys.settrace(trace)
    case.run({phase: lambda _store, phase=phase: begun.add(phase) for phase in PHASES})  # type: ignore[misc]
    sys.settrace(None)
    told.write_text("\n".join(f"{count} {kill}" for kill, count in lines.items()))
    os._exit(0)


def following(phase: str) -> str:
    return dict(zip(PHASES, (*PHASES[1:], ""), strict=True))[phase]


@dataclass(frozen=True)
class KilledWriting:
    """Killed inside a write to a file, by the system: a file grew beyond what it was allowed."""

    phases: tuple[str, ...]
    most_bytes: int

    def __call__(self, case: Case) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        case.run({case.chance.choice(self.phases): limited(case.chance.randrange(self.most_bytes))})


# -- a full disk, a read-only one, too little memory ------------------------------------------------


@dataclass(frozen=True)
class Full:
    """From a phase on no file can grow beyond some bytes, as on a full disk. ``checkpoint`` forces one there."""

    phase: str
    least_bytes: int
    most_bytes: int
    checkpoint: bool = False

    def __call__(self, case: Case) -> None:
        limit = limited(case.chance.randrange(self.least_bytes, self.most_bytes))

        def begin(store: Store) -> None:
            limit(store)
            if self.checkpoint:
                store.do("checkpoint")

        case.run({self.phase: begin})


def limited(size: int) -> Callable[[Store], None]:
    return lambda _store: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def full_disk(case: Case) -> None:
    """A small disk of its own that is full at some byte; what is on it then is copied out."""
    own_mounts()
    disk = case.root.with_name(f"{case.root.name}-disk")
    disk.mkdir()
    used = sum(path.lstat().st_size for path in case.root.rglob("*")) + 4096 * len(list(case.root.rglob("*")))
    size = used + case.chance.randrange(9_000_000)
    mount("tmpfs", disk, "tmpfs", 0, f"size={size}")
    shutil.copytree(case.root, disk, symlinks=True, dirs_exist_ok=True)
    try:
        run(here(disk), case.url, "struck", case.acknowledged)
    finally:
        here(case.root)
        shutil.rmtree(case.root / "replay")
        shutil.copytree(disk / "replay", case.root / "replay", symlinks=True)


def read_only(case: Case) -> None:
    own_mounts()
    case.acknowledged.touch()
    mount(str(case.folder.root), case.folder.root, "", BIND)
    mount(str(case.folder.root), case.folder.root, "", BIND | REMOUNT | READ_ONLY)
    case.run()


def own_mounts() -> None:
    """Let this process have mounts of its own, which end with it."""
    if LIBC.unshare(NEW_MOUNTS):
        raise OSError(ctypes.get_errno(), "unshare")
    mount("none", Path("/"), "", PRIVATE_BELOW)


def mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    if LIBC.mount(source.encode(), os.fsencode(target), kind.encode(), flags, options.encode()):
        raise OSError(ctypes.get_errno(), f"mount {target}")


def can_mount() -> None:
    """Ends with 0 where a process may have mounts of its own."""
    try:
        own_mounts()
    except OSError:
        os._exit(1)
    os._exit(0)


def little_memory(case: Case) -> None:
    """From a phase on the database may use so much memory and no more."""
    size, phase = case.chance.randrange(300, 3_000), case.chance.choice(("record", "build", "publish"))
    case.run({phase: lambda store: store.do(f"set memory_limit = '{size}KB'") and None})


# -- others, signals --------------------------------------------------------------------------------


def second_writer(case: Case) -> None:
    """Another process has the warehouse open, and for longer than is waited."""
    pipelines.waiting.MOST_S = 0.2
    ready, parent = os.pipe()
    if not (holder := os.fork()):
        connection = duckdb.connect(case.folder.database)
        os.write(parent, b"open")
        signal.pause()
        connection.close()
        os._exit(0)
    os.read(ready, 4)
    try:
        case.run()
    except Exception as error:
        if f"PID {holder}" not in str(error):
            raise RuntimeError(f"without the holder's PID {holder}: {error}") from None
        raise
    finally:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)


#: Where a signal comes: a file of ours, and about how many of its lines the command's main thread comes to.
SIGNALLED_IN = (
    ("assets/fetching.py", 150),
    ("warehouse/store.py", 8_000),
    ("warehouse/publishing.py", 1_200),
    ("assets/recording.py", 900),
    ("warehouse/ledger.py", 900),
    ("warehouse/copies.py", 4_000),
    ("assets/recording_books.py", 60),
    ("warehouse/sealed.py", 1_500),
)


@dataclass(frozen=True)
class Signalled:
    """The real command gets a signal at some line of one of these files, each seed of the next one."""

    signal: signal.Signals

    def __call__(self, case: Case) -> None:
        case.folder.root.mkdir(exist_ok=True)
        output = os.open(case.root / "said", os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        chosen = " or ".join(f'key:"{name}"' for name in SELECTED)
        sys.argv = ["tidegauge", "run", "--upstreams", case.url, "--select", chosen]
        file, lines = SIGNALLED_IN[case.seed % len(SIGNALLED_IN)]
        doom = Doom(0, case.chance.randrange(lines), self.signal)
        Fate(doom, case.root / "lines", lambda code: code.co_filename.endswith(file))
        from pipelines.command.main import main

        main()


# -- damage -----------------------------------------------------------------------------------------

Damaging = Callable[[Path, random.Random], None]


def cut(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size))


def empty(path: Path, chance: random.Random) -> None:
    os.truncate(path, 0)


def delete(path: Path, chance: random.Random) -> None:
    path.unlink()


def change(path: Path, chance: random.Random) -> None:
    flip(path, chance)


@dataclass(frozen=True)
class Damaged:
    """A file is damaged, ``verify`` is asked what is, and a run is tried."""

    damage: Damaging
    which: Callable[[Folder], list[Path]]
    is_run_tried: bool = True

    def __call__(self, case: Case) -> None:
        path = case.chance.choice(self.which(case.folder))
        self.damage(path, case.chance)
        case.tell("found", "\n".join(sorted({damage.kind for damage in verify(case.folder).damages})))
        case.tell("damaged", str(path))
        if self.is_run_tried:
            case.run()


def log(folder: Folder) -> list[Path]:
    return [Path(f"{folder.database}.wal")]


def database(folder: Folder) -> list[Path]:
    return [folder.database]


def mirror(folder: Folder) -> list[Path]:
    return [mirror_of(folder.database)]


def landed(folder: Folder) -> list[Path]:
    return [folder.landing.journal_path, *sorted((folder.landing.root / "body").rglob("*.zst"))]


def books(folder: Folder) -> list[Path]:
    return sorted(folder.books.rglob("*.parquet"))


def snapshot(folder: Folder) -> list[Path]:
    return sorted(path for path in (folder.shelf.root / "current").resolve().rglob("*") if path.is_file())
