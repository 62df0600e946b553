"""What derived tables are made of. The path is the key: ``sql/<schema>/<table>.sql`` is a query, and
``assets/statistics/<schema>/<table>.py`` makes rows of what its queries return. The ledger of claims reads what these
make, now and as it was known before."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import polars as pl

from assets.claims.declared import FILE as CLAIMS
from assets.claims.declared import claims, parts
from assets.claims.ledger import Past, rows
from warehouse.queries import LAYERS, SQL, model_queries, tables_read
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.claims import CLAIM

STATISTICS = Path(__file__).parent.parent / "assets" / "statistics"

#: Answers a query: of the live store, or of any connection on which the tables are.
Read = Callable[[str], pl.DataFrame]


@dataclass(frozen=True)
class Model:
    """One derived table: its declaration, the text that makes it, the tables that are read for it.

    The text is a query, or Python where ``compute`` is there. One that ``looks_back`` is given its own rows of before,
    and what was known at earlier moments.
    """

    table: Table
    text: str
    reads: frozenset[str]
    compute: Callable[[Read], pl.DataFrame] | None = None
    rests_on: str = ""
    looks_back: Callable[[Read, Past], pl.DataFrame] | None = None

    @property
    def language(self) -> str:
        return "toml" if self.looks_back else "sql" if self.compute is None else "python"

    def content(self, read: Read, past: Past | None = None) -> str | pl.DataFrame:
        """What ``Store.build`` takes: the query, or the rows computed from what ``read`` returns."""
        if self.looks_back:
            if past is None:
                raise ValueError(f"{self.table.name} cannot be made without looking back")
            return self.looks_back(read, past)
        return self.text if self.compute is None else self.compute(read)

    def recipe(self, versions: Mapping[str, str]) -> str:
        """A hash of all that the table's content depends on; an equal one means it need not be made again."""
        inputs = {name: versions.get(name, "") for name in sorted(self.reads)}
        made_of = [self.text, self.rests_on, self.table.ddl, inputs]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]


def models(sql: Path = SQL) -> list[Model]:
    """Every model, in an order in which each comes after what it reads."""
    found = {model.table.name: model for model in (*_queries(sql), *_statistics(), _ledger())}
    for name, model in found.items():
        if unknown := model.reads - set(TABLES):
            raise ValueError(f"{name} reads tables that are not declared: {', '.join(sorted(unknown))}")
    order = TopologicalSorter({name: model.reads & set(found) for name, model in found.items()})
    return [found[name] for name in order.static_order()]


def _queries(root: Path) -> Iterator[Model]:
    for name, query in model_queries(root).items():
        yield Model(_declaration(name), query, tables_read(query))


def _statistics() -> Iterator[Model]:
    """Any change of what statistics share makes all of them again: it is seconds, and misses nothing."""
    shared = "".join(path.read_text() for path in sorted(STATISTICS.glob("*.py")))
    for layer in LAYERS:
        for path in sorted((STATISTICS / layer).glob("[!_]*.py")):
            module = import_module(f"assets.statistics.{layer}.{path.stem}")
            reads = frozenset[str]().union(*map(tables_read, module.READS.values()))
            compute = _computing(module.READS, module.rows)
            yield Model(_declaration(f"{layer}.{path.stem}"), path.read_text(), reads, compute, rests_on=shared)


def _ledger() -> Model:
    """The ledger of claims, which reads what its predicates do."""
    declared = claims()
    reads = frozenset[str]().union(*(part.reads for _, part in parts(declared)))
    code = "".join(path.read_text() for path in sorted(CLAIMS.parent.rglob("*.py")))

    def look(read: Read, past: Past) -> pl.DataFrame:
        return rows(declared, past, read(f"from {CLAIM.name}"))

    return Model(CLAIM, CLAIMS.read_text(), reads, rests_on=code, looks_back=look)


def _computing(queries: Mapping[str, str], rows: Callable[..., pl.DataFrame]) -> Callable[[Read], pl.DataFrame]:
    return lambda read: rows(**{name: read(query) for name, query in queries.items()})


def _declaration(name: str) -> Table:
    if name not in TABLES:
        raise ValueError(f"{name} is made and not declared")
    return TABLES[name]
