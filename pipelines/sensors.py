"""What to react to: captured books that wait in the spool."""

import os
from collections.abc import Iterator

import dagster as dg

from pipelines.origins import UPSTREAMS_VARIABLE, origin_name
from pipelines.places import Folder
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
