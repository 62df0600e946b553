"""What several test files look at: one run of the whole pipeline on the sample world, made once for all workers.

Nobody writes to it: a test that runs something on it takes a copy.
Tests that try things at random try more of them with ``--hypothesis-profile=soak``.
"""

import fcntl
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from tests.pipeline import tidegauge

# The same examples on every machine, each time.
settings.register_profile("test", derandomize=True, database=None, deadline=None, max_examples=30)
settings.register_profile("soak", derandomize=True, database=None, deadline=None, max_examples=300)
settings.load_profile("test")

#: Files that take longest, the longest first: they begin before all others, so that workers end together.
LONGEST_FIRST = (
    "test_run_sample",
    "test_run_faults",
    "test_published_figures",
    "test_run_clock",
    "test_rebuild_sample",
    "test_fault_matrix",
    "test_trace",
    "test_reliability",
    "test_claims_sample",
    "test_as_of",
    "test_report",
    "test_sentinels_recordings",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay in their order, for they may share what is prepared for the file."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


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
