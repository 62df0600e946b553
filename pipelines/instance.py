"""The Dagster instance of this repository: ``dagster.yaml`` here, its storage under the data folder."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.places import REPOSITORY, data_root

if TYPE_CHECKING:
    import dagster as dg

#: Whose data a run is about, however it was started.
ORIGIN_TAG = "tidegauge/origin"


def instance_environment() -> dict[str, str]:
    """The variables with which Dagster finds its instance; what the user has set stays."""
    storage = data_root() / "dagster"
    storage.mkdir(parents=True, exist_ok=True)
    return {
        "DAGSTER_HOME": os.environ.get("DAGSTER_HOME", str(REPOSITORY)),
        "TIDEGAUGE_DAGSTER": os.environ.get("TIDEGAUGE_DAGSTER", str(storage)),
    }


def instance() -> "dg.DagsterInstance":
    import dagster as dg

    os.environ.update(instance_environment())
    return dg.DagsterInstance.get()


def last_runs(origin: str, number: int = 3) -> list[dict[str, str]]:
    """How the newest runs of an origin ended and which steps failed, newest first: as the Dagster UI has them."""
    import dagster as dg

    with instance() as home:
        records = home.get_run_records(dg.RunsFilter(tags={ORIGIN_TAG: origin}), limit=number)
        return [
            {
                "run": record.dagster_run.run_id[:8],
                "started": _told(record.start_time),
                "ended": _told(record.end_time),
                "status": record.dagster_run.status.value,
                "failed": _failed(home, record.dagster_run),
            }
            for record in records
        ]


def _failed(home: "dg.DagsterInstance", run: "dg.DagsterRun") -> str:
    """The steps of a run that failed; empty when it did not."""
    steps = home.get_run_step_stats(run.run_id)
    failed = [step.step_key for step in steps if step.status and step.status.value == "FAILURE"]
    return ", ".join(failed) or ("before its first step" if run.is_failure and not steps else "")


def _told(moment: float | None) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC" if moment else ""
