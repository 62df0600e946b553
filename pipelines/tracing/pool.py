"""Candidates: a copy of the rows that a query reads, of which some can be left out, shaken, or be without a column."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import duckdb

from warehouse.table import Column, Table

#: A part of a key with more values than this tells rows apart, not series.
MOST_GROUPS = 300


@dataclass
class Pool:
    """The rows of one table that may still matter, seen by queries under the table's own name.

    Conditions are SQL over its columns and ``pool_group``, ``pool_at``, and ``shares_key`` and ``shares_day``: whether
    the row has the key, or the day, of a row that is wanted.
    """

    connection: duckdb.DuckDBPyConnection
    table: Table
    parts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    hidden: set[str] = field(default_factory=set)
    wanted: int = 0

    @property
    def name(self) -> str:
        return f"pool.{self.table.name.replace('.', '_')}"

    @property
    def moment(self) -> str:
        return f"{self.table.grain}::timestamp" if self.table.grain else "null::timestamp"

    def fill(self, source: str, wanted: str, wanted_table: Table) -> None:
        """Take all rows of a table; ``wanted`` names the rows for which they are candidates."""
        names = [n for n in self.table.key if n != "known_at" and self.table.column(n).type == "varchar"]
        told = [n for n in names if self._one(f"select approx_count_distinct({n}) from {source}") <= MOST_GROUPS]
        group = f"concat_ws('|', {', '.join(told)})" if told else "''"
        shared = [n for n in self.table.key if n != "known_at" and _alike(n, self.table, wanted_table)]
        of_key = (
            f"exists (from {wanted} as w where {' and '.join(f'w.{n} = c.{n}' for n in shared)})" if shared else "true"
        )
        days = [c.name for c in wanted_table.columns if c.type in ("date", "timestamptz") and c.name != "known_at"]
        of_day = " or ".join(f"({self.moment})::date in (select {n}::date from {wanted})" for n in days) or "true"
        self.connection.execute(f"create schema if not exists {self.table.schema}")
        self.connection.execute(
            f"create or replace table {self.name} as "
            f"select *, {group} as pool_group, {self.moment} as pool_at, "
            f"{of_key} as shares_key, {of_day} as shares_day from {source} as c"
        )
        self.parts, self.groups = tuple(told), tuple(self.left())
        self.wanted = self._one(f"select count(*) from {wanted}") if set(wanted_table.key) == set(shared) else 0
        self.show()

    def show(
        self, out: str = "false", shaken: str = "false", shake: int = 0, only: Sequence[str] | None = None
    ) -> None:
        """Let queries see the rows without those that are out, and with the numbers of some shaken at random.

        ``shake`` is 1 for larger numbers and -1 for smaller ones, ``only`` the columns that are shaken.
        """
        shaking = self.numbers(only)
        columns = ", ".join(
            f"{self._seen(c, shaken if c in shaking else 'false', shake)} as {c.name}" for c in self.table.columns
        )
        where = "" if out == "false" else f" where ({out}) is not true"
        self.connection.execute(
            f"create or replace view {self.table.name} as select {columns} from {self.name} as c{where}"
        )

    def numbers(self, only: Sequence[str] | None = None) -> list[Column]:
        """The columns that can be shaken, all or of some names: numbers and flags that queries see, and no key."""
        return [
            c
            for c in self.table.columns
            if c.type in ("double", "boolean")
            and c.name not in (*self.table.key, *self.hidden)
            and (only is None or c.name in only)
        ]

    def _seen(self, column: Column, shaken: str, shake: int) -> str:
        if column.name in self.hidden:
            return f"null::{column.type}"
        if shaken == "false":
            return column.name
        drawn = f"hash({', '.join(f'c.{name}' for name in self.table.key)}, '{column.name}', {shake})"
        moved = (
            f"{column.name} * exp({8 * shake} * ({drawn} / 2.0 ** 64))"
            if column.type == "double"
            else f"({drawn} % 2 = 0) and {column.name} is not null"
        )
        return f"case when {shaken} then {moved} else {column.name} end"

    def delete(self, condition: str) -> None:
        self.connection.execute(
            f"create or replace table {self.name} as from {self.name} as c where ({condition}) is not true"
        )
        self.show()

    @property
    def is_one_each(self) -> bool:
        """Whether no more rows are left than are wanted, each with the key of one of them."""
        return self.count() <= self.wanted and not self.count("not shares_key")

    def left(self) -> list[str]:
        """The groups of the rows that are left."""
        return [group for (group,) in self._all(f"select distinct pool_group from {self.name} order by 1")]

    def unnamed(self, words: Collection[str]) -> Iterator[str]:
        """The rows with other values of a part of the key than those among the words, for each part that has any."""
        for part in self.parts:
            values = {value for (value,) in self._all(f"select distinct {part} from {self.name}")}
            if named := values & set(words):
                yield f"{part} not in {listed(sorted(named))}"

    def moments(self, condition: str = "true") -> list[str]:
        """The days, or times of day, of the rows that are left, in order."""
        found = self._all(f"select distinct pool_at::varchar from {self.name} where {condition} order by 1")
        return [moment for (moment,) in found if moment]

    def rows(self, condition: str) -> tuple[int, int]:
        """How many rows a condition is about, and which: a hash of their keys."""
        key = ", ".join(f"c.{name}" for name in self.table.key)
        query = f"select count(*), coalesce(sum(hash({key})), 0) from {self.name} as c where {condition}"
        ((count, which),) = self.connection.execute(query).fetchall()
        return int(count), int(which)

    def count(self, condition: str = "true") -> int:
        return self._one(f"select count(*) from {self.name} as c where {condition}")

    def _all(self, query: str) -> list[tuple[str]]:
        return self.connection.execute(query).fetchall()

    def _one(self, query: str) -> int:
        ((found,),) = self.connection.execute(query).fetchall()
        return int(found)


def listed(words: Collection[str]) -> str:
    """Words as SQL writes a list of them."""
    return "(" + ", ".join("'" + word.replace("'", "''") + "'" for word in words) + ")"


def _alike(name: str, table: Table, other: Table) -> bool:
    """Whether a column means the same in two tables."""
    return any(c.name == name and c.type == table.column(name).type for c in other.columns)
