"""The assets that remember order books: a row per book, and how many books were to be had."""

from collections.abc import Iterator

import dagster as dg

from assets.recording_books import ingest_spool
from assets.session import Session
from warehouse.tables.books import ORDER_BOOK, TABLES


@dg.multi_asset(
    name="books",
    specs=[
        dg.AssetSpec(table.name.split("."), kinds={"python", "duckdb", "parquet"}, owners=["team:crypto"])
        for table in TABLES
    ],
    can_subset=True,
)
def books(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Ingest what was captured; whichever is selected, both are, so that no book is without its coverage."""
    stored = ingest_spool(session.store, session.spool, session.books)
    for name in stored.damaged:
        context.log.error(f"the segment {name} is damaged and was left aside: its books are not in the tables")
    if stored.waiting:
        context.log.info(f"a segment that is not complete was not ingested: {stored.waiting}")
    for key in context.selected_asset_keys:
        name = ".".join(key.path)
        rows = session.store.read(f"select count(*) from {name}").item()
        metadata = {"dagster/row_count": rows, "new": stored.rows[name]}
        if name == ORDER_BOOK.name:
            metadata |= {each: getattr(stored, each) for each in ("segments", "restored", "repeated", "refused")}
            metadata["damaged"] = len(stored.damaged)
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)
