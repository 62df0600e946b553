"""What several test files look at: one run of the whole pipeline on the sample world.

Tests that use it belong to the xdist group "sample", so that one worker makes it once.
"""

from pathlib import Path

import pytest

from tests.pipeline import tidegauge


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one run, with the run's summary in it."""
    folder = tmp_path_factory.mktemp("sample")
    done = tidegauge(folder, "run")
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "summary.txt").write_text(done.stdout)
    return folder
