"""What several test files look at: one run of the whole pipeline on the sample world.

Tests that use it belong to the xdist group "sample", so that one worker makes it once.
Tests that try things at random try more of them with ``--hypothesis-profile=soak``.
"""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.pipeline import tidegauge

# The same examples on every machine, each time.
settings.register_profile("test", derandomize=True, database=None, deadline=None, max_examples=30)
settings.register_profile("soak", derandomize=True, database=None, deadline=None, max_examples=1000)
settings.load_profile("test")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one run, with the run's summary in it."""
    folder = tmp_path_factory.mktemp("sample")
    done = tidegauge(folder, "run")
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "summary.txt").write_text(done.stdout)
    return folder
