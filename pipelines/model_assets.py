"""The models as Dagster assets."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.session import Session
from pipelines.models import Model, models
from pipelines.past import StorePast
from warehouse.store import Store
from warehouse.table import Table
from warehouse.tables import crypto, provided

OF_CRYPTO = {table.name for table in (*crypto.TABLES, *provided.TABLES)}


def model_assets() -> dg.AssetsDefinition:
    """All models as one step: each is an asset of its own, and one that needs no work costs nothing."""
    ordered = models()

    @dg.multi_asset(
        name="models",
        specs=[
            dg.AssetSpec(
                model.table.name.split("."),
                deps=[name.split(".") for name in sorted(model.reads)],
                kinds={"duckdb", model.language},
                owners=["team:crypto" if model.table.name in OF_CRYPTO else "team:macro"],
                metadata={"made_by": dg.MetadataValue.md(f"```{model.language}\n{model.text}\n```")},
            )
            for model in ordered
        ],
        can_subset=True,
    )
    def build(
        context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
    ) -> Iterator[dg.MaterializeResult[None]]:
        selected = {".".join(key.path) for key in context.selected_asset_keys}
        for model in ordered:
            if model.table.name in selected:
                metadata = build_if_due(model, session.store)
                yield dg.MaterializeResult(asset_key=model.table.name.split("."), metadata=metadata)

    return build


def build_if_due(model: Model, store: Store) -> dict[str, Any]:
    """Build a model if anything it depends on changed, and tell what it holds."""
    recipe = model.recipe(store.ledger.versions())
    if recipe == store.ledger.recipe(model.table):
        return {"dagster/row_count": store.ledger.row_counts().get(model.table.name, 0), "rebuilt": False}
    with store.transaction():
        rows = store.build(model.table, model.content(store.read, StorePast(store.connection)), recipe)
    return {"dagster/row_count": rows, "rebuilt": True, **_newest(model.table, store)}


def _newest(table: Table, store: Store) -> dict[str, Any]:
    """The numbers of the newest row, for a table with one row per period: what the UI can plot over time."""
    if table.key != (table.grain,):
        return {}
    numbers = [column.name for column in table.columns if column.type == "double"]
    rows = store.read(f"from {table.name} order by {table.grain} desc limit 1").rows(named=True)
    return {f"newest {name}": row[name] for row in rows for name in numbers if row[name] is not None}
