"""Turning ``sql/<schema>/<table>.sql`` into tables: the path is the table, what it selects from is what it depends on."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from assets.session import Session
from warehouse.table import Table
from warehouse.tables import TABLES

SQL = Path(__file__).parent.parent / "sql"
LAYERS = ("staged", "metrics")


@dataclass(frozen=True)
class Model:
    """One derived table: its declaration, the query that makes it, the tables that the query reads."""

    table: Table
    query: str
    reads: frozenset[str]

    def recipe(self, versions: Mapping[str, str]) -> str:
        """A hash of all that the table's content depends on; an equal one means it need not be made again."""
        inputs = {name: versions.get(name, "") for name in sorted(self.reads)}
        return hashlib.sha256(json.dumps([self.query, self.table.ddl, inputs]).encode()).hexdigest()[:16]


def models(root: Path = SQL) -> list[Model]:
    """Every model, in an order in which each comes after what it reads."""
    found = {}
    for layer in LAYERS:
        for path in sorted((root / layer).glob("*.sql")):
            name, query = f"{layer}.{path.stem}", path.read_text()
            if name not in TABLES:
                raise ValueError(f"{path.name}: there is no declaration of {name}")
            found[name] = Model(TABLES[name], query, tables_read(query))
    for name, model in found.items():
        if unknown := model.reads - set(TABLES):
            raise ValueError(f"{name} reads tables that are not declared: {', '.join(sorted(unknown))}")
    order = TopologicalSorter({name: model.reads & set(found) for name, model in found.items()})
    return [found[name] for name in order.static_order()]


def tables_read(query: str) -> frozenset[str]:
    """The ``schema.table`` names a query selects from; CTEs have no schema and drop out."""
    ((text,),) = duckdb.execute("select json_serialize_sql(?)", [query]).fetchall()
    tree = json.loads(text)
    if tree["error"]:
        raise ValueError(tree["error_message"])

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE" and node["schema_name"]:
                yield f"{node['schema_name']}.{node['table_name']}"
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                yield from walk(child)

    return frozenset(walk(tree))


def model_assets() -> dg.AssetsDefinition:
    """All models as one step: each is an asset of its own, and one that needs no work costs nothing."""
    ordered = models()

    @dg.multi_asset(
        name="models",
        specs=[
            dg.AssetSpec(
                model.table.name.split("."),
                deps=[name.split(".") for name in sorted(model.reads)],
                kinds={"duckdb", "sql"},
                owners=["team:macro"],
                metadata={"query": dg.MetadataValue.md(f"```sql\n{model.query}\n```")},
            )
            for model in ordered
        ],
        can_subset=True,
    )
    def build(
        context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
    ) -> Iterator[dg.MaterializeResult]:
        selected = {".".join(key.path) for key in context.selected_asset_keys}
        for model in ordered:
            if model.table.name in selected:
                yield dg.MaterializeResult(asset_key=model.table.name.split("."), metadata=_built(model, session))

    return build


def _built(model: Model, session: Session) -> dict[str, Any]:
    store = session.store
    recipe = model.recipe(store.versions())
    if recipe == store.recipe(model.table):
        return {"dagster/row_count": store.row_counts()[model.table.name], "rebuilt": False}
    with store.transaction():
        rows = store.build(model.table, model.query, recipe)
    return {"dagster/row_count": rows, "rebuilt": True}
