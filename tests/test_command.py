"""The command as a person meets it: help that teaches, errors that say what to do, exit statuses with one meaning."""

import doctest
import io
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.command import layout
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
        (["show", "net_liquid"], "there is no table net_liquid; did you mean net_liquidity? tidegauge show lists them"),
        (["trace", "assets", "month=2026-01-01"], "there is no table assets; "),
        (["show", "net_liquidity", "--last", "0"], "0 is not in the range x>=1"),
        (
            ["serve-copy", "postgresql://h/d", "--select", "net_assets"],
            "there is no table or schema net_assets; ",
        ),
        (["nonsense"], "No such command 'nonsense'"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_right(tmp_path: Path, arguments: list[str], told: str) -> None:
    done = tidegauge(tmp_path, *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


# -- rows in a terminal ---------------------------------------------------------------------------

NAMES = ("week_ending", "fed_assets_usd", "net_liquidity_usd", "known_at")
WEEKS = [
    (date(2026, 1, day), 6.6e12 + day, 5.7e12 - day, datetime(2026, 1, day + 1, 21, 30, tzinfo=UTC)) for day in (28, 21)
]


def printed(width: int) -> list[list[str]]:
    console = Console(file=io.StringIO(), width=width, legacy_windows=False)
    for table in layout.tables(NAMES, WEEKS, width):
        console.print(table)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    return [[cell.strip() for cell in line[1:-1].split(line[0])] for line in lines if line[0] in "┃│"]


def test_a_row_is_a_line_where_the_terminal_is_wide_enough() -> None:
    assert printed(80) == [
        ["week_ending", "fed_assets_usd", "net_liquidity_usd", "known_at"],
        ["2026-01-28", "6,600,000,000,028", "5,699,999,999,972", "2026-01-29 21:30"],
        ["2026-01-21", "6,600,000,000,021", "5,699,999,999,979", "2026-01-22 21:30"],
    ]


def test_a_row_is_a_column_where_it_is_not_and_no_number_is_cut() -> None:
    assert printed(61) == [
        ["week_ending", "2026-01-28", "2026-01-21"],
        ["fed_assets_usd", "6,600,000,000,028", "6,600,000,000,021"],
        ["net_liquidity_usd", "5,699,999,999,972", "5,699,999,999,979"],
        ["known_at", "2026-01-29 21:30", "2026-01-22 21:30"],
    ]
    across = printed(61)
    assert printed(41) == [line[:2] for line in across] + [line[::2] for line in across]


def test_the_examples_are_right() -> None:
    assert doctest.testmod(layout).failed == 0


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
