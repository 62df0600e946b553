"""What to react to: captured books that wait in the spool, and runs that ended."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import dagster as dg

from pipelines.crashes import tell_of_end
from pipelines.origins import UPSTREAMS_VARIABLE, origin_name
from pipelines.places import Folder
from pipelines.retention import drop_old_runs
from warehouse.books.segment import segments


def spool_sensor(books: dg.AssetsDefinition) -> dg.SensorDefinition:
    """Ask for the books and all that depends on them when the spool has complete segments."""

    @dg.sensor(
        name="spool_sensor",
        target=dg.AssetSelection.assets(*books.keys).downstream(),
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Ingests order books when a capture has completed a segment.",
    )
    def found() -> Iterator[dg.RunRequest | dg.SkipReason]:
        folder = Folder(origin_name(os.environ.get(UPSTREAMS_VARIABLE, "sample")))
        waiting = segments(folder.spool)
        if not waiting:
            yield dg.SkipReason(f"no complete segment in {folder.spool}")
            return
        # Asked for once per newest segment: a run that failed is repeated with the next one, not every minute.
        yield dg.RunRequest(run_key=f"{folder.origin} {waiting[-1].name}")

    return found


def end_sensors() -> Sequence[dg.SensorDefinition]:
    """After each scheduled run: whether runs began or ceased to crash, and what is too old to keep."""

    @dg.run_failure_sensor(
        name="crashed",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the alerts' webhook or command, once, that runs crash.",
    )
    def crashed(context: dg.RunFailureSensorContext) -> None:
        tell_of_end(context.instance, context.dagster_run.run_id)

    @dg.run_status_sensor(
        name="succeeded",
        run_status=dg.DagsterRunStatus.SUCCESS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells them, once, that runs crash no more; removes runs of long ago.",
    )
    def succeeded(context: dg.RunStatusSensorContext) -> None:
        drop_old_runs(context.instance, datetime.now(UTC))
        tell_of_end(context.instance, context.dagster_run.run_id)

    return [crashed, succeeded]
