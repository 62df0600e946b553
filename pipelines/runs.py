"""One run, started from the command line: the same job as in the UI, in this process."""

import gc
import os
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from assets.backfill import Backfill
from pipelines.instance import instance
from pipelines.origins import OFFLINE_TAG, origin_name
from pipelines.places import Folder
from warehouse.landing import Fetched

if TYPE_CHECKING:
    import dagster as dg


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
    # What a run allocates lives to its end or is freed at once: to look for cycles as often as usual is a tenth of it.
    gc.set_threshold(100_000)
    defs = build_defs()
    graph = defs.resolve_asset_graph()
    keys = dg.AssetSelection.from_string(select).resolve(graph)
    with instance() as home:
        result = defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=home,
            asset_selection=sorted(keys),
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={"tidegauge/origin": origin, **tags},
        )
    return _outcome(origin, result)


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
    """The innermost cause of each failure of a step or of the run, on one line."""
    found = []
    for event in result.all_events:
        error = getattr(event.event_specific_data, "error", None) if event.is_failure else None
        while error and error.cause:
            error = error.cause
        if error:
            found.append(" ".join(error.message.split()))
    return list(dict.fromkeys(found))


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _records(value: object) -> list[dict[str, str]]:
    return value if isinstance(value, list) else []
