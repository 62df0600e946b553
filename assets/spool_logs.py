"""Logs beside the spool: what a capture or an import counted and no upstream tells twice, a sealed line a row."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from warehouse import sealed
from warehouse.table import Table


def told(log: Path, table: Table) -> pl.DataFrame:
    """The rows of a table that its log tells, each key once, without a last line that is still being written."""
    moments = {column.name for column in table.columns if column.type == "timestamptz"}

    def row(record: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: datetime.fromisoformat(record[name]) if name in moments else record[name]
            for name in table.polars_schema
        }

    rows = [line.read(row) for line in sealed.lines(log)]
    return pl.DataFrame(rows, schema=table.polars_schema).unique(table.key, keep="first", maintain_order=True)
