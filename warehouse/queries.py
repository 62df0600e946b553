"""What a query reads, found by the database's own parser."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb


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
