"""Any derived table as it was known at a time: the queries that make the tables, as views straight over the facts.

The moment is in one place, the session variable ``as_of`` (unset means now); which vintage counts is in another,
``vintage`` (``'first'``: as first published; unset: the latest known by then). Only the staged layer reads them,
through the two macros here. ``metrics.x`` as of then is ``metrics_as_of.x``, ``staged.x`` is ``staged_as_of.x``.
"""

import re
from collections.abc import Iterator, Mapping

from warehouse.queries import tables_read
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.books import ORDER_BOOK

MACROS = {
    "as_of()": "coalesce(getvariable('as_of')::timestamptz, now())",
    # Highest for the vintage that counts.
    "vintage_order(known_at)": """
        case when getvariable('vintage') = 'first' then -epoch_us(known_at) else epoch_us(known_at) end
    """,
}
#: Computed once while ingesting and never revised: each row is known from its own moment on.
NEVER_REVISED = (ORDER_BOOK,)
DERIVED_NAME = re.compile(r"\b(staged|metrics)\.(?=\w)")


def as_of_name(name: str) -> str:
    """Where a derived table is read as it was known: ``metrics.net_liquidity`` is ``metrics_as_of.net_liquidity``."""
    return DERIVED_NAME.sub(r"\1_as_of.", name)


def as_of_views(queries: Mapping[str, str]) -> Iterator[tuple[Table, str]]:
    """Every table that can be asked as of a time, with the query of its view, each after what it reads."""
    for table in NEVER_REVISED:
        yield table, f"from {table.name} where known_at <= as_of()"
    for name, query in queries.items():
        table, moved = TABLES[name], as_of_name(query)
        if tables_read(moved) != {as_of_name(read) for read in tables_read(query)}:
            raise ValueError(f"{name}: its query names a table where none is read; rename the alias")
        columns = ", ".join(f"{column.name}::{column.type} as {column.name}" for column in table.columns)
        yield table, f"select {columns} from (\n{moved}\n)"
