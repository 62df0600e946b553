"""The Dagster instance of ``dagster.yaml``: that it loads, what it keeps, what it logs, and who is told of crashes."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.alert_sending import COMMAND_VARIABLE, WEBHOOK_VARIABLE
from pipelines.crashes import crash, tell_of_end
from pipelines.instance import ORIGIN_TAG, instance, last_runs
from pipelines.logs import EventFile, log_path
from pipelines.places import REPOSITORY
from pipelines.retention import KEPT, drop_old_runs
from pipelines.sensors import end_sensors
from tests.hooks import SECRET, Hook, hook


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """The instance of ``dagster.yaml``, its storage and logs under a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(REPOSITORY))
        patch.setenv("TIDEGAUGE_DATA", str(tmp_path_factory.mktemp("data")))
        patch.setenv("FRED_API_KEY", "k3y-of-fred")
        patch.delenv("TIDEGAUGE_DAGSTER", raising=False)
        with instance() as opened:
            yield opened


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.delenv(COMMAND_VARIABLE, raising=False)
    with hook() as running:
        monkeypatch.setenv(WEBHOOK_VARIABLE, running.url)
        yield running


def ran(home: dg.DagsterInstance, step: str, origin: str, error: str = "") -> str:
    """A run with one step, which fails with an error if there is one; the run's identifier."""

    @dg.op(name=step)
    def only(context: dg.OpExecutionContext) -> None:
        context.log.warning("a warning with k3y-of-fred in it")
        if error:
            raise ValueError(error)

    @dg.job(name=f"job_of_{step}")
    def job() -> None:
        only()

    run_id: str = job.execute_in_process(instance=home, raise_on_error=False, tags={ORIGIN_TAG: origin}).run_id
    return run_id


def blocked(home: dg.DagsterInstance, origin: str) -> str:
    """A run in which a check blocks; the run's identifier."""

    @dg.asset
    def table() -> None: ...

    @dg.asset_check(asset=table, blocking=True)
    def suite() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False)

    done = dg.materialize([table, suite], instance=home, raise_on_error=False, tags={ORIGIN_TAG: origin})
    assert not done.success
    return done.run_id


def logged(run_id: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in log_path().read_text().splitlines()]
    return [line for line in lines if line["run"] == run_id]


def test_the_instance_is_as_declared(home: dg.DagsterInstance) -> None:
    assert home.run_monitoring_enabled
    assert home.run_monitoring_max_runtime_seconds == 4 * 60 * 60
    assert (home.run_retries_enabled, home.get_settings("run_retries")["retry_on_asset_or_op_failure"]) == (True, False)
    assert home.run_retries_max_retries == 1
    assert home.get_settings("concurrency")["runs"] == {"max_concurrent_runs": 1}
    assert home.get_settings("retention")["schedule"] == {"purge_after_days": 90}
    assert any(isinstance(handler, EventFile) for handler in home.get_handlers())
    assert not home.telemetry_enabled


def test_a_run_leaves_one_json_line_per_event_without_a_secret(home: dg.DagsterInstance) -> None:
    run_id = ran(home, "landing", "logged", error="the disk is full")
    lines = logged(run_id)
    events = {line.get("event") for line in lines}
    assert {"run_start", "step_start", "step_failure", "run_failure"} <= events
    (failure,) = [line for line in lines if line.get("event") == "step_failure"]
    assert (failure["level"], failure["step"], failure["error"]) == ("error", "landing", "ValueError: the disk is full")
    (warned,) = [line for line in lines if line["level"] == "warning"]
    assert warned["message"] == "a warning with *** in it"
    assert all(datetime.fromisoformat(line["at"]).tzinfo for line in lines)


def test_status_tells_of_runs_what_the_instance_has(home: dg.DagsterInstance) -> None:
    good, bad = ran(home, "landing", "told"), ran(home, "suites", "told", error="blocked")
    ran(home, "landing", "another")
    assert [(row["run"], row["status"], row["failed"]) for row in last_runs("told")] == [
        (bad[:8], "FAILURE", "suites"),
        (good[:8], "SUCCESS", ""),
    ]


def test_runs_that_crash_are_told_once_and_that_they_do_no_more_once(home: dg.DagsterInstance, target: Hook) -> None:
    def after(step: str, error: str = "") -> list[str]:
        before = len(target.messages)
        tell_of_end(home, ran(home, step, "live", error))
        return [sent["text"] for sent in target.messages[before:]]

    assert after("landing") == []
    (text,) = after("landing", error="the warehouse cannot be opened")
    assert text.startswith("tidegauge live: CRITICAL run ")
    assert text.endswith("crashed: ValueError: the warehouse cannot be opened")
    assert after("models", error="again") == []
    (text,) = after("landing")
    assert text.startswith("tidegauge live: over: runs crash no more: ")
    assert after("landing") == []
    before = len(target.messages)
    tell_of_end(home, blocked(home, "live"))  # which alerts of its own tell
    assert target.messages[before:] == []
    (text,) = after("suites", error="out of memory while judging")
    assert text.endswith("crashed: ValueError: out of memory while judging")


def test_a_run_that_was_stopped_has_crashed(home: dg.DagsterInstance) -> None:
    run = home.create_run_for_job(dg.GraphDefinition("stopped").to_job())
    home.report_run_failed(run, "Exceeded maximum runtime of 14400 seconds.")
    assert crash(home, run.run_id)
    home.add_run_tags(run.run_id, {ORIGIN_TAG: "stopped"})
    assert [(row["status"], row["failed"]) for row in last_runs("stopped")] == [("FAILURE", "before its first step")]


@pytest.mark.parametrize("sensor", end_sensors(), ids=lambda sensor: sensor.name)
def test_the_daemon_watches_how_runs_end_from_the_start(sensor: dg.SensorDefinition) -> None:
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING


def test_a_failed_scheduled_run_is_told_through_the_sensor(home: dg.DagsterInstance, target: Hook) -> None:
    run_id = ran(home, "landing", "scheduled", error="no room")
    run, (event,) = home.get_run_by_id(run_id), home.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert run is not None
    assert event.dagster_event is not None
    with dg.build_run_status_sensor_context(
        sensor_name="crashed", dagster_instance=home, dagster_run=run, dagster_event=event.dagster_event
    ) as context:
        end_sensors()[0](context.for_run_failure())
    assert [sent["text"].endswith("crashed: ValueError: no room") for sent in target.messages] == [True]


def test_runs_of_long_ago_are_removed_with_their_events_and_others_are_kept(home: dg.DagsterInstance) -> None:
    run_id = ran(home, "landing", "old")
    now = datetime.now(UTC)
    assert drop_old_runs(home, now) == 0
    assert drop_old_runs(home, now + KEPT) > 0
    assert home.get_run_by_id(run_id) is None
    assert home.all_logs(run_id) == []


def test_the_log_hides_what_is_secret_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path))
    monkeypatch.setenv(WEBHOOK_VARIABLE, f"https://example.org/{SECRET}")
    record = logging.LogRecord("httpx", logging.INFO, "", 0, f"POST https://example.org/{SECRET}", None, None)
    assert json.loads(EventFile().format(record))["message"] == "POST ***"
