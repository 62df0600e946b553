"""A process's own end at a seeded moment, without a clock: a signal to itself at the N-th line of ours it comes to.

Lines of all threads count where the signal kills. One that is handled is handled by the main thread, wherever it came:
its lines count alone, and are the same each time.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import assets
import warehouse

FORKS = get_context("forkserver")
#: What takes seconds to import is imported once, in the server that all of these processes are forked from.
FORKS.set_forkserver_preload(["tests.kills", "tests.faults.striking", "tests.faults.examining"])
OURS = tuple(str(Path(package.__path__[0])) for package in (assets, warehouse))
#: What parses the queries of models changes nothing, and is most of the lines.
NOT_COUNTED = str(Path(warehouse.__path__[0]) / "queries.py")
PATIENCE_S = 120
NEVER = 1 << 40


def is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(OURS) and code.co_filename != NOT_COUNTED


@dataclass(frozen=True)
class Doom:
    """When a process dies, and of what: once so much was acknowledged, at so many lines that count after that."""

    acknowledged: int
    lines: int
    signal: int = signal.SIGKILL


class Fate:
    """A process's own end, and what it was told is safe before, a line each in a file."""

    def __init__(self, doom: Doom, told: Path, counts: Callable[[CodeType], bool] = is_ours) -> None:
        self.doom, self.lines, self.number, self.counts = doom, count(), 0, counts
        self.told = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        if doom.signal == signal.SIGKILL:
            threading.settrace(self._trace)
        sys.settrace(self._trace)

    def acknowledge(self, *names: object) -> None:
        os.write(self.told, "".join(f"{name}\n" for name in names).encode())
        self.number += 1

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        if not self.counts(frame.f_code):
            return None
        if event == "line" and self.number >= self.doom.acknowledged and next(self.lines) == self.doom.lines:
            os.kill(os.getpid(), self.doom.signal)
        return self._trace


def ended(work: Callable[..., None], *arguments: object) -> int:
    """The exit code of a process that does this, negative for the signal that ended it."""
    process = FORKS.Process(target=work, args=arguments)
    process.start()
    process.join(PATIENCE_S)
    if process.is_alive():
        process.kill()
        raise RuntimeError(f"{work.__name__}{arguments} does not end")
    assert process.exitcode is not None
    return process.exitcode


def died(work: Callable[..., None], *arguments: object) -> bool:
    """Whether a process that does this was killed; it may as well have finished."""
    code = ended(work, *arguments)
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(f"{work.__name__}{arguments} ended with {code}")
    return code != 0
