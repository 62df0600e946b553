"""Every command of the README is run: here on the sample world, or by the test that is named beside it."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from pipelines.sample.calendars import CLOCK
from tests.pipeline import tidegauge
from warehouse.copies import open_published

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
#: What asks upstreams, changes data or works for long, by its secrets, verb and options, and the test that runs it.
ELSEWHERE = {
    "run": "test_run_sample.py::test_the_summary_says_what_happened_and_that_it_is_synthetic",
    "run --upstreams": "test_run_clock.py::test_the_week_of_7_january_appears_only_on_friday",
    "run --backfill": (
        "test_backfill.py::test_a_backfill_that_is_killed_goes_on_with_what_is_missing_and_knows_what_cannot_be_had"
    ),
    "FRED_API_KEY run --upstreams": "test_planted_secrets.py::test_the_key_was_sent_and_every_fault_was_met",
    "TIDEGAUGE_ALERT_WEBHOOK run --upstreams": (
        "test_run_faults.py::test_a_block_is_alerted_until_it_is_mended_and_ten_readers_are_never_disturbed"
    ),
    "capture --upstreams --venues --symbols --interval": "test_capture.py::test_a_signal_ends_it_cleanly",
    "rebuild": "test_rebuild_sample.py::test_a_rebuild_publishes_the_same_tables_to_their_hashes",
}


def commands() -> list[list[str]]:
    """What follows each prompt, and each call of ours with what it is told within a sentence, as words."""
    shown = [line.removeprefix("$ ") for line in re.findall(r"^\$ .+$", README, re.MULTILINE)]
    within = re.findall(r"`(tidegauge [^`\s]+ [^`\n]+)`", README)
    return [words for line in (*shown, *within) if (words := shlex.split(line, comments=True))]


def shape(words: list[str]) -> str:
    """A command by the names it sets before it, its verb and its options."""
    at = words.index("tidegauge")
    names = [word.partition("=")[0] for word in words[:at]]
    return " ".join([*names, *words[at + 1 : at + 2], *(word for word in words if word.startswith("--"))])


OURS = [words for words in commands() if "tidegauge" in words]
HERE = [words for words in OURS if shape(words) not in ELSEWHERE]


def test_what_is_run_elsewhere_is_shown_and_its_test_is_there() -> None:
    assert set(ELSEWHERE) <= {*map(shape, OURS), "run"}
    for test in ELSEWHERE.values():
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / "tests" / file).read_text(), test


@pytest.mark.parametrize("target", sorted(set(re.findall(r"[`$] ?make ([a-z]+)", README))))
def test_every_target_is_there_and_says_what_it_does(target: str) -> None:
    assert re.search(rf"^{target}:.*## \w", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("words", HERE, ids=" ".join)
def test_every_command_is_answered(sample: Path, tmp_path: Path, words: list[str]) -> None:
    into = {"out": str(tmp_path / "out"), "FILE": str(tmp_path / "file")}
    done = tidegauge(sample, *(into.get(word, word) for word in words[1:]), BROWSER="true")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.+?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", blocks("sql"))
def test_every_query_answers(sample: Path, text: str) -> None:
    with open_published(sample / "sample" / "published" / "current.duckdb") as connection:
        rows = connection.execute(text).fetchall()
        assert len(rows) > 300
        assert max(row[0] for row in rows) <= CLOCK.date()


@pytest.mark.parametrize("text", blocks("python"))
def test_every_program_runs(sample: Path, text: str) -> None:
    found: dict[str, Any] = {}
    exec(text.replace("warehouse/data", str(sample)), found)
    assert found["weeks"].height > 300
