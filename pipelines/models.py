"""Turning ``sql/<schema>/<table>.sql`` into tables: the path is the key, what it selects from its inputs."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.queries import SQL, model_queries, tables_read
from warehouse.table import Table
from warehouse.tables import TABLES


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
    found = []
    for name, query in model_queries(root).items():
        if name not in TABLES:
            raise ValueError(f"{name}: there is a query and no declaration of it")
        model = Model(TABLES[name], query, tables_read(query))
        if unknown := model.reads - set(TABLES):
            raise ValueError(f"{name} reads tables that are not declared: {', '.join(sorted(unknown))}")
        found.append(model)
    return found
