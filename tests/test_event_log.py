"""Dagster's events: kept on one open connection, and told to whoever watches the run."""

import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.event_log import EventLog
from pipelines.instance import instance


@dg.op
def say(context: dg.OpExecutionContext) -> None:
    context.log.info("said")


@dg.job
def speech() -> None:
    say()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path))
    for name in ("DAGSTER_HOME", "TIDEGAUGE_DAGSTER"):
        monkeypatch.setenv(name, "to be put back")
        monkeypatch.delenv(name)
    with instance() as opened:
        yield opened


def test_the_file_stays_open_during_a_run_and_is_whole_after_it(home: dg.DagsterInstance, tmp_path: Path) -> None:
    log = tmp_path / "dagster" / "event_log.db-wal"
    run_id = speech.execute_in_process(instance=home).run_id
    assert log.exists()  # closing the last connection would have written it back and removed it
    home.dispose()
    assert not log.exists()
    with instance() as again:
        assert "said" in [entry.user_message for entry in again.all_logs(run_id)]


def test_what_another_process_writes_is_told_while_it_is_not_yet_in_the_file(home: dg.DagsterInstance) -> None:
    run = home.create_run_for_job(speech)
    heard = threading.Event()

    def hear(entry: dg.EventLogEntry, _cursor: str) -> None:
        if entry.message == "said":
            heard.set()

    home.watch_event_logs(run.run_id, None, hear)
    with instance() as other:
        assert isinstance(other.event_log_storage, EventLog)
        other.report_engine_event("said", run)
        assert heard.wait(30)
