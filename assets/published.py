"""The asset that leaves: the published snapshot."""

from datetime import UTC, datetime

import dagster as dg

from assets.session import Session
from warehouse.judging import NOT_JUDGED, standing
from warehouse.tables import TABLES


@dg.asset(
    key=["published", "current"],
    deps=[name.split(".") for name in TABLES if name not in NOT_JUDGED],
    group_name="published",
    kinds={"duckdb", "parquet"},
    owners=["team:macro"],
    description="current.duckdb, Parquet, manifest and dictionary: swapped in whole once no blocking check fails.",
)
def current(session: dg.ResourceParam[Session]) -> dg.MaterializeResult[None]:
    """Publish what changed; readers of the snapshot before are not disturbed."""
    manifest = session.shelf.publish(
        session.store,
        list(TABLES.values()),
        origin=session.origin,
        checks=standing(session.store),
        now=datetime.now(UTC),
    )
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(session.shelf.database),
            "changed": manifest is not None,
            **({"snapshot": manifest["snapshot"]} if manifest else {}),
        }
    )
