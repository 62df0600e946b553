"""What a row rests on: the facts that could have changed it, found by trying, and proven by making it again.

The queries of the table and of all it reads are run over the facts known by the row's ``known_at``. A part of the facts
does not matter when the row stays the same to the last bit without it, and with its numbers shaken at random; so an
earlier close matters to an all-time high although it may be left out. What remains makes the row again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.as_of import MACROS
from warehouse.copies import attached
from warehouse.queries import model_queries, tables_read
from warehouse.table import Table
from warehouse.tables import TABLES

#: Facts are judged in bands of age in days before the row; the last days one by one.
BANDS = (0, 1, 2, 3, 4, 5, 6, 7, 14, 31, 92, 200, 400, 1200)
#: How often numbers are shaken: once could leave a rank or a maximum where it was.
SHAKES = 2
#: What a query names: its quoted words.
LITERAL = re.compile(r"'([^']+)'")
#: A part of a key with more values than this tells rows apart, not series.
MOST_GROUPS = 300


class LineageError(Exception):
    """The row is not there, or the facts that are published do not make it."""


@dataclass(frozen=True)
class Lineage:
    """A row, the tables its query reads on the way to the facts, and the facts by table, newest first."""

    table: Table
    row: dict[str, Any]
    through: tuple[str, ...]
    facts: dict[str, pl.DataFrame]


def lineage(published: Path, table: Table, key: Mapping[str, str], columns: Sequence[str] = ()) -> Lineage:
    """The facts behind one row of a published table, or behind some of its columns.

    ``key`` gives every column of the table's key as text. Raises LineageError.
    """
    with attached(published) as connection:
        row = _row(connection, table, key)
        if table.name not in (queries := model_queries()):
            facts = {table.name: pl.DataFrame([row], schema=table.polars_schema)} if table.schema == "facts" else {}
            return Lineage(table, row, (), facts)
        through = _through(table.name, queries)
        leaves = {name for model in through for name in tables_read(queries[model])} - set(through)
        _set_up(connection, [(name, queries[name]) for name in queries if name in through], leaves, row["known_at"])
        search = _Search(connection, table, row, tuple(columns) or tuple(c.name for c in table.columns))
        search.named_by_queries = set(LITERAL.findall(" ".join(queries[name] for name in through)))
        kept = search.run([TABLES[name] for name in sorted(leaves) if not name.startswith("reference.")])
        return Lineage(table, row, tuple(name for name in queries if name in through), kept)


def _row(connection: duckdb.DuckDBPyConnection, table: Table, key: Mapping[str, str]) -> dict[str, Any]:
    if missing := [name for name in table.key if name not in key]:
        raise LineageError(f"{table.name}: the key is ({', '.join(table.key)}); {', '.join(missing)} is not told")
    if unknown := sorted(set(key) - set(table.key)):
        raise LineageError(f"{table.name}: the key is ({', '.join(table.key)}); there is no {', '.join(unknown)} in it")
    where = " and ".join(f"{name} = ${name}::{table.column(name).type}" for name in table.key)
    try:
        rows = connection.sql(f"from whole.{table.name} where {where}", params={n: key[n] for n in table.key}).pl()
    except duckdb.ConversionException as error:
        raise LineageError(f"{table.name}: {str(error).splitlines()[0]}") from None
    if rows.is_empty():
        raise LineageError(f"{table.name} has no row with {', '.join(f'{n}={key[n]}' for n in table.key)}")
    return dict(rows.row(0, named=True))


def _through(name: str, queries: Mapping[str, str]) -> set[str]:
    return {name}.union(*(_through(read, queries) for read in tables_read(queries[name]) if read in queries))


def _set_up(
    connection: duckdb.DuckDBPyConnection, models: Sequence[tuple[str, str]], leaves: set[str], known_at: datetime
) -> None:
    """The models as views over copies of the facts; each row belongs to a cell that can be left out or shaken."""
    for macro, body in MACROS.items():
        connection.execute(f"create macro {macro} as {body}")
    connection.execute("create table cell (cell bigint, is_out boolean, shake bigint)")
    for schema in ("pool", "facts", "reference", "staged", "metrics"):
        connection.execute(f"create schema {schema}")
    for name in sorted(leaves):
        table = TABLES[name]
        if table.schema == "reference":
            connection.execute(f"create view {name} as from whole.{name}")
            continue
        pool = _pool(name)
        connection.execute(
            f"create table {pool} as select *, 0::bigint as cell from whole.{name} where known_at <= $known_at",
            {"known_at": known_at},
        )
        factor = f"exp(8 * (hash({', '.join(table.key)}, shake) / 2.0 ** 64 - 0.5))"
        columns = ", ".join(
            f"case when shake is null then {c.name} else {c.name} * {factor} end as {c.name}"
            if c.type == "double" and c.name not in table.key
            else c.name
            for c in table.columns
        )
        connection.execute(
            f"create view {name} as select {columns} from {pool} join cell using (cell) where not is_out"
        )
    for name, query in models:
        connection.execute(f"create view {name} as {query}")


def _pool(name: str) -> str:
    return "pool." + name.replace(".", "_")


@dataclass
class _Search:
    connection: duckdb.DuckDBPyConnection
    table: Table
    row: dict[str, Any]
    columns: tuple[str, ...]
    named_by_queries: set[str] = field(default_factory=set)
    told: list[tuple[Any, ...]] = field(default_factory=list)

    def run(self, tables: Sequence[Table]) -> dict[str, pl.DataFrame]:
        cells = [cell for table in tables for cell in self._cells(table)]
        self.told = self._answer("whole.")
        if not self._is_as_published():
            raise LineageError(f"{self.table.name}: the published facts do not make this row again")
        # What neither the row's key nor a query names is tried first and together: it rarely matters.
        for named in ({v for n in self.table.key if isinstance(v := self.row[n], str)}, self.named_by_queries):
            self._drop([[cell] for _, group, _, cell in cells if not _is_named(group, named)], whole=True)
        for band in sorted({band for _, _, band, _ in cells}, reverse=True):
            self._drop([[cell] for cell in self._are_in([c for *_, at, c in cells if at == band])], whole=True)
        groups: dict[tuple[str, str], list[int]] = {}
        for name, group, _, cell in cells:
            groups.setdefault((name, group), []).append(cell)
        self._drop([kept for members in groups.values() if (kept := self._are_in(members))])
        for (name, _), members in groups.items():
            if kept := self._are_in(members):
                self._drop([[cell] for cell in kept])
                self._trim(TABLES[name], self._are_in(members))
        if not self._is_as_published():
            raise LineageError(f"{self.table.name}: what was found does not make this row again")
        return dict(self._kept(tables))

    def _cells(self, table: Table) -> Iterator[tuple[str, str, int, int]]:
        """Number the cells of a table: (table, group, band, cell), the oldest band of each group first."""
        names = [n for n in table.key if n != "known_at" and table.column(n).type == "varchar"]
        pool = _pool(table.name)
        told = [n for n in names if self._one(f"select count(distinct {n}) from {pool}") <= MOST_GROUPS]
        anchor = next((v for n in self.table.key if isinstance(v := self.row[n], date)), self.row["known_at"])
        age = f"date_diff('day', {table.grain}::date, {_day(anchor)})"
        band = f"list_position([{', '.join(f'{age} <= {b}' for b in (-1, *BANDS))}, true], true)"
        group = f"concat_ws('|', {', '.join(told)})" if told else "''"
        start = self._one("select count(*) from cell")
        self.connection.execute(
            f"""
            create or replace temp table numbered as
            select *, $start + row_number() over (order by told, band desc) as number
            from (select distinct {group} as told, {band} as band from {pool})
            """,
            {"start": start},
        )
        self.connection.execute(
            f"update {pool} set cell = number from numbered where {group} = told and {band} = numbered.band"
        )
        self.connection.execute("insert into cell select number, false, null from numbered")
        for told_group, at, number in self.connection.execute("from numbered order by number").fetchall():
            yield table.name, told_group, at, number

    def _drop(self, parts: list[list[int]], whole: bool = False) -> None:
        """Leave out whatever does not matter of these parts; ``whole`` tries them together and looks no closer."""
        cells = [cell for part in parts for cell in part]
        if not cells:
            return
        if not self._matters(cells):
            self._mark(cells, "is_out = true")
        elif len(parts) > 1 and not whole:
            self._drop(parts[: len(parts) // 2])
            self._drop(parts[len(parts) // 2 :])

    def _trim(self, table: Table, kept: list[int]) -> None:
        """Cut the oldest rows of a group's oldest cell, as far as they do not matter."""
        pool, cell = _pool(table.name), min(kept, default=0)
        while True:
            days = self.connection.execute(
                f"select distinct {table.grain} from {pool} where cell = $cell order by 1", {"cell": cell}
            ).fetchall()
            if len(days) < 2:
                return
            older = self._one("select max(cell) + 1 from cell")
            self.connection.execute("insert into cell values ($older, false, null)", {"older": older})
            self.connection.execute(
                f"update {pool} set cell = $older where cell = $cell and {table.grain} < $day",
                {"older": older, "cell": cell, "day": days[len(days) // 2][0]},
            )
            if self._matters([older]):
                cell = older
            else:
                self._mark([older], "is_out = true")

    def _matters(self, cells: Sequence[int]) -> bool:
        self._mark(cells, "is_out = true")
        same = self._is_as_published()
        for shake in range(SHAKES):
            if same:
                self._mark(cells, f"is_out = false, shake = {shake}")
                same = self._is_as_published()
        self._mark(cells, "is_out = false, shake = null")
        return not same

    def _is_as_published(self) -> bool:
        try:
            return self._answer() == self.told
        except duckdb.Error:  # shaken numbers that a query cannot even take do matter
            return False

    def _answer(self, database: str = "") -> list[tuple[Any, ...]]:
        where = " and ".join(f"{name} = ${name}" for name in self.table.key)
        query = f"select {', '.join(self.columns)} from {database}{self.table.name} where {where}"
        return self.connection.execute(query, {name: self.row[name] for name in self.table.key}).fetchall()

    def _mark(self, cells: Sequence[int], how: str) -> None:
        self.connection.execute(f"update cell set {how} where cell in (select unnest($cells))", {"cells": list(cells)})

    def _are_in(self, cells: Sequence[int]) -> list[int]:
        found = self.connection.execute(
            "select cell from cell where not is_out and cell in (select unnest($cells))", {"cells": list(cells)}
        )
        return [cell for (cell,) in found.fetchall()]

    def _kept(self, tables: Sequence[Table]) -> Iterator[tuple[str, pl.DataFrame]]:
        for table in tables:
            columns, key = ", ".join(c.name for c in table.columns), ", ".join(f"{name} desc" for name in table.key)
            rows = self.connection.sql(f"select {columns} from {table.name} order by {table.grain} desc, {key}").pl()
            if rows.height:
                yield table.name, rows

    def _one(self, query: str) -> int:
        (row,) = self.connection.execute(query).fetchall()
        return int(row[0])


def _is_named(group: str, names: set[str]) -> bool:
    return any(name in group or group in name for name in names)


def _day(anchor: date) -> str:
    return f"date '{anchor:%Y-%m-%d}'"
