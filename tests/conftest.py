"""What several test files look at: one run of the whole pipeline on the sample world, made once for all workers.

Nobody writes to it: a test that runs something on it takes a copy.
"""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.pipeline import tidegauge

#: Groups of tests that take minutes, the longest first: they begin before all others, so that workers end together.
LONGEST_FIRST = ("sample", "recordings", "faults", "clock", "rebuild", "as_of", "report")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long groups, then other groups, then single tests, which fill in at the end."""

    def place(item: pytest.Item) -> int:
        mark = item.get_closest_marker("xdist_group")
        if mark is None:
            return len(LONGEST_FIRST) + 1
        name = mark.args[0]
        return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one run, with the run's summary in it. Only to be read."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample"
    folder.mkdir(exist_ok=True)
    with (folder.parent / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "summary.txt").exists():
            done = tidegauge(folder, "run")
            assert done.returncode == 0, done.stdout + done.stderr
            (folder / "summary.txt").write_text(done.stdout)
    return folder


@pytest.fixture(scope="module")
def own_sample(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it for one file, whose tests may change it one after the other."""
    folder = tmp_path_factory.mktemp("own") / "data"
    shutil.copytree(sample, folder, symlinks=True)
    return folder
