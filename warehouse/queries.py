"""The queries under ``sql/``, and what a query reads, found by the database's own parser."""

import json
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

SQL = Path(__file__).parent.parent / "sql"
LAYERS = ("staged", "metrics")
#: What DuckDB raises when it is the query that cannot be answered; else it is the file or the machine.
UNANSWERABLE = (
    duckdb.ProgrammingError,
    duckdb.DataError,
    duckdb.NotSupportedError,
    duckdb.PermissionException,
    duckdb.TransactionException,
)


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
    found = set()

    def note(node: dict[str, Any]) -> dict[str, Any]:
        if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
            found.add(f"{node['schema_name']}.{node['table_name']}")
        return node

    ((text,),) = duckdb.execute("select json_serialize_sql(?, skip_empty := true)", [query]).fetchall()
    tree = json.loads(text, object_hook=note)
    if tree["error"]:
        raise ValueError(tree["error_message"])
    return frozenset(found)
