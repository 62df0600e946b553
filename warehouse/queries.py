"""The queries under ``sql/``, and what a query reads, found by the database's own parser."""

import json
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

SQL = Path(__file__).parent.parent / "sql"
LAYERS = ("staged", "metrics")


def model_queries(root: Path = SQL) -> dict[str, str]:
    """The query of each derived table by the table's name, in an order in which each comes after what it reads."""
    found = {
        f"{layer}.{path.stem}": path.read_text() for layer in LAYERS for path in sorted((root / layer).glob("*.sql"))
    }
    order = TopologicalSorter({name: tables_read(query) & set(found) for name, query in found.items()})
    return {name: found[name] for name in order.static_order()}


@cache
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
