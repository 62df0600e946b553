"""Logs beside the spool: what a capture or an import counted and no upstream tells twice, a sealed line a row."""

from datetime import datetime
from pathlib import Path

import polars as pl

from warehouse import sealed
from warehouse.table import Table


def told(log: Path, table: Table) -> pl.DataFrame:
    """The rows of a table that its log tells, each key once, without a last line that is still being written."""
    moments = {column.name for column in table.columns if column.type == "timestamptz"}
    rows = [
        {name: datetime.fromisoformat(row[name]) if name in moments else row[name] for name in table.polars_schema}
        for row in (line.record() for line in sealed.lines(log))
    ]
    return pl.DataFrame(rows, schema=table.polars_schema).unique(table.key, keep="first", maintain_order=True)
