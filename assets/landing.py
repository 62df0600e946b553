"""The assets that reach out: one per upstream, what it answered in this run."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from assets.clients.jobs import Newest
from assets.fetching import fetch
from assets.keeping_up import keep_up
from assets.progress import progress
from assets.session import Session
from warehouse.catalogue.venues import DEFAULT, VENUES
from warehouse.landing import Fetched

MACRO = {
    "fred": "Federal Reserve Economic Data: balance sheet, rates, credit, indices.",
    "nyfed": "New York Fed Markets API: SOMA, operations, reference rates.",
    "fiscaldata": "Treasury FiscalData: the Daily Treasury Statement.",
    "yahoo": "Yahoo charts: indices and the rotation ladder's funds.",
    "seed": "Curated files of this repository: enterprises' portfolios, policy events.",
}
CRYPTO = {venue.name: f"{venue.title}: candles, funding, open interest, contracts." for venue in VENUES.values()}
CRYPTO["binance_archive"] = "Binance's public archive: open interest of past days."
PROVIDED = {"provided": "Files that the user provides: flows of exchange-traded funds, coins held at exchanges."}
FILES = ("seed", *PROVIDED)
UPSTREAMS = MACRO | CRYPTO | PROVIDED
#: Macro upstreams owe something by the evening of a working day, venues every day; one that is optional owes nothing.
WORKING_DAYS = dg.FreshnessPolicy.cron(
    deadline_cron="0 20 * * 1-5", lower_bound_delta=timedelta(hours=24), timezone="America/New_York"
)
EVERY_DAY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26))
OWED = dict.fromkeys(MACRO, WORKING_DAYS) | {venue.name: EVERY_DAY for venue in DEFAULT}


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["landing", upstream],
            description=description,
            group_name="landing",
            kinds={"file" if upstream in FILES else "ccxt" if upstream in CRYPTO else "http"},
            owners=["team:macro" if upstream in MACRO else "team:crypto"],
            freshness_policy=OWED.get(upstream),
        )
        for upstream, description in UPSTREAMS.items()
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "answered",
            asset=["landing", upstream],
            description="Every request was answered as its contract says.",
        )
        for upstream in UPSTREAMS
    ],
    can_subset=True,
)
def landing(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Ask the selected upstreams for what may be new; a failure is a failed check, not a failed run.

    An origin need not have every upstream: one that it has not is not asked.
    """
    selected = sorted(key.path[-1] for key in context.selected_asset_keys)
    clients = {name: client for name, client in session.clients.items() if name in selected}
    backfill = session.backfill
    newest: Newest = session.store.newest_periods().get
    only = None
    if backfill:
        session.earlier.append(keep_up(session))  # what an interrupted run left may have closed gaps
        clients, newest, only = backfill.bounded(clients), backfill.newest, backfill.jobs(session.store)
    with progress() as (planned, finished):
        fetched = fetch(
            clients,
            session.landing,
            newest,
            context.run_id,
            session.now,
            planned,
            finished,
            only=only,
            is_backfill=backfill is not None,
        )
    for upstream in selected:
        jobs = [job for job in fetched if job.upstream == upstream]
        yield dg.MaterializeResult(asset_key=["landing", upstream], metadata=_told(jobs))
    for upstream in selected:
        yield _answered(upstream, [job for job in fetched if job.upstream == upstream])


def _told(jobs: list[Fetched]) -> dict[str, dg.MetadataValue]:
    replies = [reply for job in jobs for reply in job.replies]
    return {
        "jobs": dg.MetadataValue.int(len(jobs)),
        "replies": dg.MetadataValue.int(len(replies)),
        "bytes": dg.MetadataValue.int(sum(reply.bytes for reply in replies)),
        "failed": dg.MetadataValue.int(sum(job.outcome == "failed" for job in jobs)),
        "absent": dg.MetadataValue.int(sum(job.outcome == "absent" for job in jobs)),
    }


def _answered(upstream: str, jobs: list[Fetched]) -> dg.AssetCheckResult:
    wrong = [job for job in jobs if job.outcome == "failed"]
    return dg.AssetCheckResult(
        asset_key=["landing", upstream],
        check_name="answered",
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={job.key: job.reason for job in wrong[:20]},
    )
