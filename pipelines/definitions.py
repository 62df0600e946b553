"""What Dagster loads: assets, checks, jobs, schedules, sensors. Loading needs no secrets, network or database."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext

import dagster as dg

from assets.alerting import tell
from assets.backfill import Backfill
from assets.books import books
from assets.facts import declarations, recorded
from assets.landing import landing
from assets.published import published
from assets.session import Session
from pipelines.checks import suite_checks
from pipelines.contract import described
from pipelines.instance import ORIGIN_TAG
from pipelines.mending import open_store
from pipelines.model_assets import model_assets
from pipelines.origins import OFFLINE_TAG, UPSTREAMS_VARIABLE, Origin, offline, open_origin
from pipelines.places import Folder
from pipelines.schedules import schedules
from pipelines.sensors import end_sensors, spool_sensor


@dg.resource(description="One run's store, landing, upstreams and published place.")
def session(context: dg.InitResourceContext) -> Iterator[Session]:
    """Opened when a run starts and closed when it ends: the warehouse has one writer at a time.

    A run that did not come to publishing sends its alerts at its end.
    """
    with _origin(context.run.tags if context.run else {}) as origin:
        folder = Folder(origin.name)
        if context.run and context.instance:
            context.instance.add_run_tags(context.run.run_id, {ORIGIN_TAG: origin.name})
        origin.spool_history(folder.spool)
        origin.provide(folder.provided)
        with open_store(folder, origin, context.run_id or "no-run") as store:
            yield Session(
                origin=origin.name,
                now=origin.now,
                store=store,
                landing=folder.landing,
                clients_at=lambda now: origin.clients(folder.landing, now),
                shelf=folder.shelf,
                spool=folder.spool,
                books=folder.books,
                alerts=folder.alerts,
                backfill=Backfill.of(context.run.tags if context.run else {}),
            )
            tell(store, origin.name, folder.alerts)


def _origin(tags: Mapping[str, str]) -> AbstractContextManager[Origin]:
    """The origin that a run names as one not to reach, else the one that the environment names."""
    if OFFLINE_TAG in tags:
        return nullcontext(offline(tags[OFFLINE_TAG]))
    return open_origin(os.environ.get(UPSTREAMS_VARIABLE, "sample"))


def build_defs() -> dg.Definitions:
    everything = dg.define_asset_job("everything", selection=dg.AssetSelection.all())
    return dg.Definitions(
        assets=dg.map_asset_specs(described, [landing, declarations, recorded, books, model_assets(), published]),
        asset_checks=[suite_checks()],
        jobs=[everything],
        schedules=schedules(everything.name),
        sensors=[spool_sensor(books), *end_sensors()],
        resources={"session": session},
        executor=dg.in_process_executor,
    )


defs = build_defs()
