"""Tries faults: each at many seeds, each time on a copy of one small warehouse, and counts what was found."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from tests.dying import ended
from tests.faults.declared import CRASH, FAULTS, Fault
from tests.faults.examining import Found, examined, prepared, undisturbed
from tests.faults.small_run import upstream
from tests.faults.striking import Case, Killed, can_mount, counted, struck


@dataclass
class Tried:
    """How often a fault was tried, took effect, and what was wrong afterwards, with the seed."""

    times: int = 0
    took_effect: int = 0
    lost: list[str] = field(default_factory=list)
    half_stored: list[str] = field(default_factory=list)
    wrongly_published: list[str] = field(default_factory=list)
    not_converged: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        return [*self.lost, *self.half_stored, *self.wrongly_published, *self.not_converged, *self.unclear]


@dataclass(frozen=True)
class Ground:
    """A warehouse before a run that brings news, the same after a crash in it, and what it is when nothing disturbs."""

    root: Path
    url: str

    def case(self, seed: int, name: str) -> Case:
        return Case(self.root / name, self.url, seed, self.lines)

    @cached_property
    def before(self) -> dict[str, str]:
        return dict(json.loads((self.root / "before.json").read_text()))

    @cached_property
    def undisturbed(self) -> dict[str, str]:
        return dict(json.loads((self.root / "undisturbed.json").read_text()))

    @cached_property
    def lines(self) -> dict[str, int]:
        told = self.root / "lines.txt"
        lines = told.read_text().splitlines() if told.exists() else []
        return {name: int(count) for count, _, name in (line.partition(" ") for line in lines)}

    @cached_property
    def has_mounts(self) -> bool:
        return ended(can_mount) == 0

    def try_fault(self, fault: Fault, seed: int, tried: Tried) -> None:
        """Strike a copy, look at it, run again and look again; what is wrong is added to what was tried."""
        with tempfile.TemporaryDirectory(dir=self.root) as name:
            case = self.case(seed, f"{name}/data")
            shutil.copytree(self.root / fault.start, case.root, symlinks=True)
            code = ended(struck, fault.strike, case)
            unclear = _unclear(fault, case, code)
            told = self.root / f"{name}/told.json"
            if ended(examined, case, self.before, self.undisturbed, bool(fault.finds), told):
                unclear.append("what was left cannot be looked at, or the next run failed")
            found = json.loads(told.read_text()) if told.exists() else asdict(Found())
        tried.times += 1
        tried.took_effect += bool(code) or bool(fault.finds)
        found["unclear"] += unclear
        for kind, wrong in found.items():
            if wrong:
                getattr(tried, kind).append(f"seed {seed}: {'; '.join(wrong)}")


def _unclear(fault: Fault, case: Case, code: int) -> list[str]:
    """What is wrong with how a struck process ended, with what it said, and with what ``verify`` said."""
    said = (case.root / "said").read_text().split("\n") if (case.root / "said").exists() else []
    said = [line for line in said if line]
    unclear = []
    if code not in (0, *fault.ends):
        unclear.append(f"it ended with {code}: {said}")
    elif code > 0 and (len(said) != 1 or fault.says not in said[0] or "Error" in said[0].partition(" ")[0]):
        unclear.append(f"it said {said}")
    if fault.finds and not fault.finds & set((case.root / "found").read_text().split()):
        unclear.append(f"verify found nothing of {(case.root / 'damaged').read_text()}")
    return unclear


@contextmanager
def ground(root: Path) -> Iterator[Ground]:
    """Make it; its upstream answers while it is open."""
    with upstream() as url:
        made = Ground(root, url)
        assert ended(prepared, root / "before", root / "before.json") == 0
        for name in ("undisturbed", "counted", "crashed"):
            shutil.copytree(root / "before", root / name, symlinks=True)
        here = Case(root / "undisturbed", url, 0, {})
        assert ended(undisturbed, here, root / "undisturbed.json") == 0
        kills = [fault.strike for fault in FAULTS.values() if isinstance(fault.strike, Killed)]
        assert ended(counted, Case(root / "counted", url, 0, {}), kills, root / "lines.txt") == 0
        assert ended(struck, CRASH, Case(root / "crashed", url, 0, {repr(CRASH): 1})) < 0
        yield made
