"""One run of the sample world for all of these tests, and what they saw, told at the end."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import sample  # noqa: F401

SEEN: list[str] = []


@pytest.fixture(scope="module")
def published(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """A copy of the sample world's data for one file of tests, which may publish again."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(sample, folder, symlinks=True, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def saw() -> Callable[[str], None]:
    """Note what was seen, for the summary."""
    return SEEN.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("seen")
    for line in SEEN:
        terminalreporter.write_line(line)
