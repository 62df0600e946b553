"""What a trace finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.table import Table


class LineageError(Exception):
    """The row is not there, or what is published does not make it."""


@dataclass(frozen=True)
class Passed:
    """Rows of one table on the way, newest first, the columns of them that are used, and the tables they are made of.

    ``selection`` is the part of what its queries return that a statistic was computed from.
    """

    table: Table
    rows: pl.DataFrame
    columns: tuple[str, ...]
    reads: tuple[str, ...] = ()
    selection: Mapping[str, Sequence[Any]] | None = None


@dataclass(frozen=True)
class Lineage:
    """A row and all that was passed: the row itself first, the facts last."""

    table: Table
    row: dict[str, Any]
    columns: tuple[str, ...]
    passed: tuple[Passed, ...]

    @property
    def facts(self) -> dict[str, pl.DataFrame]:
        """The rows at the end, by table: they are made of no other."""
        return {passed.table.name: passed.rows for passed in self.passed if not passed.reads}
