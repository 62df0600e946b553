"""The command as a person meets it: help that teaches, errors that say what to do, exit statuses with one meaning."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline import tidegauge

VERBS = (
    *("run", "status", "alerts", "report", "show", "sql", "trace", "claims", "dictionary", "export", "serve-copy"),
    *("capture", "import-books", "rebuild", "verify", "doctor", "ui"),
)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(tmp_path: Path, verb: str) -> None:
    done = tidegauge(tmp_path, verb, "--help")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 5


def test_a_verb_that_runs_nothing_does_not_wait_for_dagster() -> None:
    told = "import sys, pipelines.command.main; print('dagster' in sys.modules, 'polars' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"


def test_the_command_lists_its_verbs_with_examples(tmp_path: Path) -> None:
    told = tidegauge(tmp_path, "--help").stdout
    assert all(f"tidegauge {verb}" in told for verb in VERBS)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--upstreams", "nowhere"], "must be sample, live or a URL, not 'nowhere'"),
        (["show", "net_assets"], "there is no table net_assets; there are: facts.agency_mbs_operation"),
        (["show", "net_liquidity", "--last", "0"], "0 is not in the range x>=1"),
        (
            ["serve-copy", "postgresql://h/d", "--select", "net_assets"],
            "there is no table or schema net_assets; there are:",
        ),
        (["nonsense"], "No such command 'nonsense'"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_right(tmp_path: Path, arguments: list[str], told: str) -> None:
    done = tidegauge(tmp_path, *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", [["status"], ["report"], ["show", "net_liquidity"], ["sql", "select 1"]])
def test_reading_before_anything_is_published_says_how_to_start(tmp_path: Path, verb: list[str]) -> None:
    done = tidegauge(tmp_path, *verb)
    assert done.returncode != 0
    assert "nothing is published" in done.stderr
    assert "tidegauge run" in done.stderr


def test_a_store_that_cannot_be_opened_exits_with_3_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "warehouse.duckdb").write_text("not a database")
    done = tidegauge(tmp_path, "run")
    assert done.returncode == 3
    assert "warehouse.duckdb cannot be opened" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
