"""Runs that end without having looked at their own alerts: somebody is told once that they crash, and once that they
no longer do. What went before is in the Dagster instance; a warehouse that cannot be opened could not say."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from assets.alert_message import heading
from assets.alert_sending import send, target
from pipelines.instance import ORIGIN_TAG
from pipelines.remedies import with_remedy

if TYPE_CHECKING:
    import dagster as dg

#: What Dagster raises in the step of a check that blocks, and when a run is interrupted.
BLOCKED = "DagsterAssetCheckFailedError"
INTERRUPTED = "DagsterExecutionInterruptedError"


def tell_of_end(home: "dg.DagsterInstance", run_id: str) -> None:
    """Send that a run crashed where the one before it of its origin had not, or the other way round.

    Raises NotSent.
    """
    run = home.get_run_by_id(run_id)
    if run is None or not target():
        return
    origin = run.tags.get(ORIGIN_TAG, "")
    reason, before = crash(home, run_id), _before(home, run_id, origin)
    was_crashing = bool(before and crash(home, before))
    if bool(reason) == was_crashing:
        return
    text = (
        f"CRITICAL run {run_id[:8]} crashed: {reason}" if reason else f"over: runs crash no more: {run_id[:8]} did not"
    )
    send({"text": f"{heading(origin or 'run')}: {text}", "origin": origin, "alerts": []})


def crash(home: "dg.DagsterInstance", run_id: str) -> str:
    """Why a run crashed; empty when it did not, was interrupted, or only checks did not pass, which its alerts tell."""
    import dagster as dg

    run = home.get_run_by_id(run_id)
    if run is None or run.status not in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED):
        return ""
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED}
    events = [entry.dagster_event for entry in home.all_logs(run_id, of_type=kinds) if entry.dagster_event]
    errors = [error for event in events if event.event_type_value == "STEP_FAILURE" and (error := _cause(event))]
    if was_interrupted(events) or (errors and all(error.cls_name == BLOCKED for error in errors)):
        return ""
    return "; ".join(causes(events)) or run.status.value.lower()


def was_interrupted(events: Iterable["dg.DagsterEvent"]) -> bool:
    """Whether somebody stopped a run."""
    return any(error.cls_name == INTERRUPTED for error in _failures(events))


def causes(events: Iterable["dg.DagsterEvent"]) -> list[str]:
    """The innermost cause of each failure of a step or of the run, each once, on one line, with its remedy."""
    return list(dict.fromkeys(with_remedy(error.message) for error in _failures(events)))


def _failures(events: Iterable["dg.DagsterEvent"]) -> list[Any]:
    return [error for event in events if event.is_failure and (error := _cause(event))]


def _cause(event: "dg.DagsterEvent") -> Any:
    """The innermost error of an event, None when it has none."""
    error = getattr(event.event_specific_data, "error", None)
    while error and error.cause:
        error = error.cause
    return error


def _before(home: "dg.DagsterInstance", run_id: str, origin: str) -> str | None:
    """The run of an origin that ended before this one."""
    import dagster as dg

    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    wanted = dg.RunsFilter(statuses=ended, tags={ORIGIN_TAG: origin} if origin else None)
    ids = [record.dagster_run.run_id for record in home.get_run_records(wanted, limit=20)]
    return ids[ids.index(run_id) + 1] if run_id in ids[:-1] else None
