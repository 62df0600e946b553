"""The assets that remember: fact tables, quarantine, gaps and freshness, from what was landed."""

from collections.abc import Iterator

import dagster as dg

from assets.keeping_up import keep_up
from assets.landing import CRYPTO, MACRO, PROVIDED, UPSTREAMS
from assets.session import Session
from warehouse.declared import declare
from warehouse.sentinels import Noted, Sentinel
from warehouse.tables import TABLES, crypto_facts, facts, provided, quality, reference

#: Each table that is recorded, and the upstreams that tell of it.
RECORDED = {
    **{table.name: MACRO for table in facts.TABLES},
    **{table.name: CRYPTO for table in crypto_facts.TABLES},
    **{table.name: PROVIDED for table in provided.FACTS},
    **{
        table.name: UPSTREAMS
        for table in (
            facts.LANDED,
            quality.QUARANTINE,
            quality.SENTINEL,
            quality.BACKFILL,
            quality.GAP,
            quality.FRESHNESS,
        )
    },
}


@dg.multi_asset(
    specs=[
        dg.AssetSpec(table.name.split("."), kinds={"python", "duckdb"}, owners=["team:macro"])
        for table in reference.TABLES
    ],
    can_subset=True,
)
def declarations(session: dg.ResourceParam[Session]) -> Iterator[dg.MaterializeResult[None]]:
    """Write the declarations as tables, where they changed."""
    declare(session.store)
    for table in reference.TABLES:
        yield dg.MaterializeResult(asset_key=table.name.split("."))


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            name.split("."),
            deps=[["landing", upstream] for upstream in upstreams],
            kinds={"python", "duckdb"},
            owners=["team:crypto" if upstreams in (CRYPTO, PROVIDED) else "team:macro"],
        )
        for name, upstreams in RECORDED.items()
    ],
    can_subset=True,
)
def recorded(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Append what was landed; whatever was selected, all that is unread is recorded, so nothing landed waits."""
    store = session.store
    said = keep_up(session)
    for earlier in session.earlier:
        said.add(earlier)
    for rejected in said.quarantined[:20]:
        context.log.warning(f"quarantined {rejected.source} {rejected.field}={rejected.value}: {rejected.reason}")
    rows = store.ledger.row_counts()
    for key in context.selected_asset_keys:
        table = TABLES[".".join(key.path)]
        appended = said.appended[table.name]
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "dagster/row_count": rows.get(table.name, 0),
                "new": appended.new,
                "revised": appended.revised,
                **(_changes(said.sentinels) if table is quality.SENTINEL else {}),
            },
        )


def _changes(noted: Noted) -> dict[str, dg.MetadataValue]:
    """What began and what ended, for the summary of the run."""
    return {
        "detected": dg.MetadataValue.json([_told(sentinel) for sentinel in noted.detected]),
        "ended": dg.MetadataValue.json([_told(sentinel) for sentinel in noted.ended]),
    }


def _told(sentinel: Sentinel) -> dict[str, str]:
    return {"source": sentinel.source, "kind": sentinel.kind, "detail": sentinel.detail}
