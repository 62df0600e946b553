"""The vocabulary for declaring a table once."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

Type = Literal["date", "timestamptz", "double", "bigint", "varchar", "boolean"]
POLARS_TYPES: dict[Type, pl.DataType] = {
    "date": pl.Date(),
    "timestamptz": pl.Datetime("us", "UTC"),
    "double": pl.Float64(),
    "bigint": pl.Int64(),
    "varchar": pl.String(),
    "boolean": pl.Boolean(),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its meaning, and for every number a unit. ``required`` forbids NULL."""

    name: str
    type: Type
    doc: str
    unit: str = ""
    required: bool = False
    min: float | None = None
    max: float | None = None
    one_of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.type == "double" and not self.unit:
            raise ValueError(f"column {self.name}: a number needs a unit")
        if not self.doc.endswith("."):
            raise ValueError(f"column {self.name}: the meaning must be a sentence ending in a full stop")

    @property
    def bounds(self) -> str:
        """What its numbers may be, in words; empty when anything."""
        match self.min, self.max:
            case None, None:
                return ""
            case low, None:
                return f"at least {low:g}"
            case None, high:
                return f"at most {high:g}"
            case low, high:
                return f"between {low:g} and {high:g}"

    @property
    def comment(self) -> str:
        return f"{self.doc} [{self.unit}]" if self.unit else self.doc


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: what a row is, its key, its columns, where it comes from and who owns the data."""

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    licence: str = "derived"
    may_be_empty: bool = False

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column is declared twice")
        if missing := set(self.key) - set(names):
            raise ValueError(f"{self.name}: key columns are not declared: {sorted(missing)}")

    @property
    def schema(self) -> str:
        return self.name.partition(".")[0]

    @property
    def grain(self) -> str | None:
        """The date or moment in the key that says what a row is about, if there is one."""
        about = [self.column(name) for name in self.key if name != "known_at"]
        return next((column.name for column in about if column.type in ("date", "timestamptz")), None)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def is_required(self, column: Column) -> bool:
        return column.required or column.name in self.key

    @property
    def ddl(self) -> str:
        """The column list of CREATE TABLE. Keys are checked on write, not indexed: an index slows building."""
        return ", ".join(f"{c.name} {c.type}{' not null' if self.is_required(c) else ''}" for c in self.columns)

    @property
    def polars_schema(self) -> pl.Schema:
        return pl.Schema({c.name: POLARS_TYPES[c.type] for c in self.columns})
