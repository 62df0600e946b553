"""One run, started from the command line: the same job as in the UI, in this process."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from assets.backfill import Backfill
from pipelines.instance import instance
from pipelines.origins import OFFLINE_TAG, origin_name
from pipelines.places import Folder
from pipelines.remedies import with_remedy
from warehouse.landing import Fetched

if TYPE_CHECKING:
    import dagster as dg
    from dagster_shared.error import SerializableErrorInfo


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended: what was fetched, what became new, what the checks said, what is published."""

    run_id: str
    origin: str
    fetched: list[Fetched]
    new_facts: int
    revised_facts: int
    quarantined: int
    detected: list[dict[str, str]]
    ended: list[dict[str, str]]
    published_now: bool
    errors: list[str]
    blocking: list[str]

    @property
    def failed_fetches(self) -> list[Fetched]:
        return [job for job in self.fetched if job.outcome == "failed"]

    @property
    def exit_status(self) -> int:
        """0 published (or nothing changed), 1 a blocking check failed, 3 an upstream or the store failed."""
        if self.blocking:
            return 1
        return 3 if self.errors or self.failed_fetches else 0


def run(upstreams: str, select: str, backfill: Backfill | None = None) -> Outcome:
    """Run the selected assets once. Upstream failures do not raise; they are in the outcome."""
    origin = origin_name(upstreams)
    os.environ["TIDEGAUGE_UPSTREAMS"] = upstreams
    return _run(origin, select, {"tidegauge/upstreams": upstreams, **(backfill.tags if backfill else {})})


def run_offline(origin: str) -> Outcome:
    """Record what is landed, build, check and publish without any upstream."""
    return _run(origin, "* and not group:landing", {OFFLINE_TAG: origin})


def _run(origin: str, select: str, tags: dict[str, str]) -> Outcome:
    import dagster as dg

    from pipelines.definitions import build_defs

    warnings.simplefilter("ignore")
    defs = build_defs()
    graph = defs.resolve_asset_graph()
    keys = dg.AssetSelection.from_string(select).resolve(graph)
    with instance() as home, _interruptible():
        result = defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=home,
            asset_selection=sorted(keys),
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={"tidegauge/origin": origin, **tags},
        )
        if any(error.cls_name == dg.DagsterExecutionInterruptedError.__name__ for error in _failures(result)):
            raise KeyboardInterrupt
    return _outcome(origin, result)


@contextmanager
def _interruptible() -> Iterator[None]:
    """An interruption is one for whoever called, too."""
    import dagster as dg

    try:
        yield
    except dg.DagsterExecutionInterruptedError:
        raise KeyboardInterrupt from None


def _outcome(origin: str, result: "dg.ExecuteInProcessResult") -> Outcome:
    folder = Folder(origin)
    fetched = [job for job in folder.landing.journal() if job.run_id == result.run_id]
    materialized = {
        ".".join(event.asset_key.path): {
            k: v.value for k, v in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    facts = [m for name, m in materialized.items() if name.startswith("facts.") and name != "facts.landed"]
    blocking = [
        f"{'.'.join(check.asset_key.path)}: {record.data['expectation']} ({record.data['unexpected']} rows)"
        for check in result.get_asset_check_evaluations()
        if check.check_name == "suite"
        for record in cast("dg.TableMetadataValue", check.metadata["results"]).records
        if not record.data["passed"] and record.data["severity"] == "critical"
    ]
    errors = [] if blocking else _errors(result)
    return Outcome(
        run_id=result.run_id,
        origin=origin,
        fetched=fetched,
        new_facts=sum(_int(m.get("new")) for m in facts),
        revised_facts=sum(_int(m.get("revised")) for m in facts),
        quarantined=_int(materialized.get("quality.quarantine", {}).get("new")),
        detected=_records(materialized.get("quality.sentinel", {}).get("detected")),
        ended=_records(materialized.get("quality.sentinel", {}).get("ended")),
        published_now=bool(materialized.get("published.current", {}).get("changed")),
        errors=errors,
        blocking=blocking,
    )


def _errors(result: "dg.ExecuteInProcessResult") -> list[str]:
    """What went wrong in a step or in the run, a line each."""
    return list(dict.fromkeys(with_remedy(error.message) for error in _failures(result)))


def _failures(result: "dg.ExecuteInProcessResult") -> Iterator["SerializableErrorInfo"]:
    """The innermost cause of each failure of a step or of the run."""
    for event in result.all_events:
        error = getattr(event.event_specific_data, "error", None) if event.is_failure else None
        while error and error.cause:
            error = error.cause
        if error:
            yield error


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _records(value: object) -> list[dict[str, str]]:
    return value if isinstance(value, list) else []
