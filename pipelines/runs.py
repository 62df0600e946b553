"""One run, started from the command line: the same job as in the UI, in this process."""

import gc
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self, cast

import click

from assets.alert_sending import NotSent
from assets.backfill import Backfill
from pipelines.crashes import causes, tell_of_end, was_interrupted
from pipelines.instance import instance
from pipelines.origins import OFFLINE_TAG, origin_name
from pipelines.places import Folder
from pipelines.retention import drop_old_runs
from warehouse import alerts
from warehouse.landing import Fetched

if TYPE_CHECKING:
    import dagster as dg


@dataclass(frozen=True, kw_only=True)
class Alerted:
    """How many alerts stand, began, ended, were sent, and wait to be sent, and why those wait."""

    standing: int
    opened: int
    resolved: int
    sent: int
    waiting: int
    unsent_because: str

    @classmethod
    def since(cls, moment: datetime, folder: Folder) -> Self:
        """What became of an origin's alerts from a moment on."""
        found, why = alerts.read(folder.alerts / alerts.FILE)

        def later(*moments: datetime | None) -> bool:
            return any(told is not None and told >= moment for told in moments)

        return cls(
            standing=sum(alert.is_open for alert in found),
            opened=sum(later(alert.opened_at) for alert in found),
            resolved=sum(later(alert.resolved_at) for alert in found),
            sent=sum(later(alert.sent_at, alert.resolution_sent_at) for alert in found),
            waiting=sum(alert.is_to_be_sent for alert in found) if why else 0,
            unsent_because=why,
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended: what was fetched, what became new, what the checks said, what was alerted, what is published."""

    run_id: str
    origin: str
    fetched: list[Fetched]
    new_facts: int
    revised_facts: int
    quarantined: int
    detected: list[dict[str, str]]
    ended: list[dict[str, str]]
    alerts: Alerted
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
    started_at = datetime.now(UTC)
    with instance() as home, _interruptible():
        result = defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=home,
            asset_selection=sorted(keys),
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags=tags,
        )
        if was_interrupted(result.all_events):
            raise KeyboardInterrupt
        drop_old_runs(home, started_at)
        outcome = _outcome(origin, result, started_at)
        try:
            tell_of_end(home, result.run_id)
        except NotSent as error:
            click.echo(f"nobody was told how this run ended: {error}", err=True)
    return outcome


@contextmanager
def _interruptible() -> Iterator[None]:
    """An interruption is one for whoever called, too."""
    import dagster as dg

    try:
        yield
    except dg.DagsterExecutionInterruptedError:
        raise KeyboardInterrupt from None


def _outcome(origin: str, result: "dg.ExecuteInProcessResult", started_at: datetime) -> Outcome:
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
    errors = [] if blocking else causes(result.all_events)
    return Outcome(
        run_id=result.run_id,
        origin=origin,
        fetched=fetched,
        new_facts=sum(_int(m.get("new")) for m in facts),
        revised_facts=sum(_int(m.get("revised")) for m in facts),
        quarantined=_int(materialized.get("quality.quarantine", {}).get("new")),
        detected=_records(materialized.get("quality.sentinel", {}).get("detected")),
        ended=_records(materialized.get("quality.sentinel", {}).get("ended")),
        alerts=Alerted.since(started_at, folder),
        published_now=bool(materialized.get("published.current", {}).get("changed")),
        errors=errors,
        blocking=blocking,
    )


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _records(value: object) -> list[dict[str, str]]:
    return value if isinstance(value, list) else []
