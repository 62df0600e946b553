"""The assets that leave: the published snapshot, and the page that shows it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.alerting import tell
from assets.session import Session
from warehouse.judging import NOT_JUDGED, standing
from warehouse.publishing import REPORT, Shelf
from warehouse.tables import TABLES

CURRENT = dg.AssetSpec(
    ["published", "current"],
    deps=[name.split(".") for name in TABLES if name not in NOT_JUDGED],
    group_name="published",
    kinds={"duckdb", "parquet"},
    owners=["team:macro"],
    description="current.duckdb, Parquet, manifest and dictionary: swapped in whole once no blocking check fails.",
)
PAGE = dg.AssetSpec(
    ["published", "report"],
    deps=[CURRENT.key],
    group_name="published",
    kinds={"html"},
    owners=["team:macro"],
    description="report.html: one page of what is published, without anything outside of itself.",
)


@dg.multi_asset(name="published", specs=[CURRENT, PAGE], can_subset=True)
def published(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Publish what changed, and its page; readers of the snapshot before are not disturbed.

    Alerts are sent before, so that the snapshot says so.
    """
    if CURRENT.key in context.selected_asset_keys:
        tell(session.store, session.origin, session.alerts)
        manifest = session.shelf.publish(
            session.store,
            list(TABLES.values()),
            origin=session.origin,
            checks=standing(session.store),
            now=datetime.now(UTC),
        )
        yield dg.MaterializeResult(
            asset_key=CURRENT.key,
            metadata={
                "path": dg.MetadataValue.path(session.shelf.database),
                "changed": manifest is not None,
                **({"snapshot": manifest["snapshot"]} if manifest else {}),
            },
        )
    if PAGE.key in context.selected_asset_keys:
        is_new = make_page(session.shelf)
        yield dg.MaterializeResult(
            asset_key=PAGE.key,
            metadata={"path": dg.MetadataValue.path(session.shelf.report), "changed": is_new},
        )


def make_page(shelf: Shelf) -> bool:
    """Make the page of what is published, unless it is there already as it would be made; whether it was made."""
    from assets.report.recipe import is_made_by_us

    manifest = shelf.manifest()
    if manifest is None or (shelf.holds(REPORT) and is_made_by_us(shelf.report)):
        return False
    from assets.report.rendering import page

    shelf.add(REPORT, page(shelf.database, manifest, TABLES).encode())
    return True
