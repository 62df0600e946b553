"""What a row rests on: the facts that could have changed it and the rows between, found by trying and then proven.

Back from the row, each table's query is asked again over the rows that it reads. What may be missing, and be any other
number, without a change to the last bit of the rows that are wanted does not matter; what remains is wanted of the
tables behind. A statistic rests on all that its queries return for the row's key.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.as_known import AsKnown, made_again, set_moment
from pipelines.models import Model, models
from pipelines.tracing.claim import of_claim
from pipelines.tracing.found import Lineage, LineageError, Passed
from pipelines.tracing.pool import Pool
from pipelines.tracing.proof import is_made_again
from pipelines.tracing.search import Search
from pipelines.tracing.step import Selected, Step, of_query, of_statistic
from warehouse.copies import attached
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.claims import CLAIM


def lineage(
    published: Path, table: Table, key: Mapping[str, str], columns: Sequence[str] = (), as_of: datetime | None = None
) -> Lineage:
    """What one row of a published table rests on, or some of its columns, as of a time (None: now).

    ``key`` gives every column of the table's key as text. Raises LineageError.
    """
    told = tuple(columns) or tuple(c.name for c in table.columns if c.name not in table.key)
    with attached(published) as connection:
        row = _row(connection, "whole.", table, key) if table is CLAIM or as_of is None else None
        moment = row["as_of"] if row and table is CLAIM else as_of
        set_moment(connection, moment)
        unchanged = set(TABLES) if moment is None else set()
        known = AsKnown(connection, "whole", made_again(), unchanged)
        if row is None:
            known.read(f"select 1 from {table.name} limit 1")
            row = _row(connection, "", table, key)
        made = {model.table.name: model for model in models()}
        with _beside(connection, "trial", moment) as trial:
            walk = _Walk(known, trial, table, row)
            walk.run(made, told)
        found = Lineage(table, row, told, tuple(walk.passed))
        with _beside(connection, "proof", moment) as proof:
            if table.name in made and not is_made_again(proof, found, made):
                raise LineageError(f"{table.name}: what was found does not make this row again")
        return found


@contextmanager
def _beside(
    connection: duckdb.DuckDBPyConnection, name: str, moment: datetime | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database beside what was known."""
    with connection.cursor() as cursor:
        cursor.execute("set TimeZone = 'UTC'")
        cursor.execute(f"attach ':memory:' as {name}")
        cursor.execute(f"use {name}")
        set_moment(cursor, moment)
        yield cursor


def _row(connection: duckdb.DuckDBPyConnection, place: str, table: Table, key: Mapping[str, str]) -> dict[str, Any]:
    if missing := [name for name in table.key if name not in key]:
        raise LineageError(f"{table.name}: the key is ({', '.join(table.key)}); {', '.join(missing)} is not told")
    if unknown := sorted(set(key) - set(table.key)):
        raise LineageError(f"{table.name}: the key is ({', '.join(table.key)}); there is no {', '.join(unknown)} in it")
    where = " and ".join(f"{name} = ${name}::{table.column(name).type}" for name in table.key)
    try:
        rows = connection.sql(f"from {place}{table.name} where {where}", params={n: key[n] for n in table.key}).pl()
    except duckdb.ConversionException as error:
        raise LineageError(f"{table.name}: {str(error).splitlines()[0]}") from None
    if rows.columns != [column.name for column in table.columns]:
        raise LineageError(f"{table.name} was published by another version, with other columns: tidegauge run again")
    if rows.is_empty():
        raise LineageError(f"{table.name} has no row with {', '.join(f'{n}={key[n]}' for n in table.key)}")
    return dict(rows.row(0, named=True))


@dataclass
class _Walk:
    """From a table back to the facts, each table once, after all that read it."""

    known: AsKnown
    trial: duckdb.DuckDBPyConnection
    table: Table
    row: dict[str, Any]
    used: dict[str, set[str]] = field(default_factory=dict)
    passed: list[Passed] = field(default_factory=list)

    def run(self, made: dict[str, Model], columns: Sequence[str]) -> None:
        for schema in ("wanted", "pool", "reference"):
            self.trial.execute(f"create schema {schema}")
        self._want(self.table, pl.DataFrame([self.row], schema=self.table.polars_schema), columns)
        for name in reversed(made):
            if name in self.used:
                self._pass(made[name])
        for name in sorted(set(self.used) - set(made)):
            self._note(TABLES[name])

    def _pass(self, model: Model) -> None:
        """Want of the tables that a table reads what its wanted rows are made of."""
        step, selected = self._step(model)
        pools = {}
        for name in sorted(step.reads):
            self.known.read(f"select 1 from {name} limit 1")
            if TABLES[name].schema == "reference":
                self.trial.execute(f"create or replace view {name} as from memory.{name}")
                continue
            pools[name] = Pool(self.trial, TABLES[name])
            pools[name].fill(f"memory.{name}", _wanted(model.table.name), model.table)
        search = Search(self.trial, step, pools, self._names(model.table))
        search.run()
        read = []
        for name, pool in pools.items():
            table = pool.table
            rows = self.trial.sql(f"select {', '.join(c.name for c in table.columns)} from {pool.name}").pl()
            if rows.height:
                read.append(name)
                self._want(table, rows, [c.name for c in table.columns if c.name not in pool.hidden])
        self._note(model.table, tuple(read), selected)

    def _step(self, model: Model) -> tuple[Step, Selected | None]:
        table, wanted = model.table, self._wanted(model.table)
        if table is CLAIM:
            return of_claim(self.row), None
        if model.compute is None:
            return of_query(table, model.text, sorted(self.used[table.name]), _wanted(table.name)), None
        columns = [*table.key, *sorted(self.used[table.name] - set(table.key))]
        same = wanted.select(columns).sort(table.key)
        selected = of_statistic(
            model,
            self.known.read,
            lambda rows: rows.join(wanted, on=table.key, how="semi").select(columns).sort(table.key).equals(same),
            wanted,
        )
        return selected.step(self.known.read), selected

    def _want(self, table: Table, rows: pl.DataFrame, columns: Sequence[str]) -> None:
        self.trial.register("more", rows.to_arrow())
        if table.name in self.used:
            self.trial.execute(
                f"create or replace table {_wanted(table.name)} as from {_wanted(table.name)} union from more"
            )
        else:
            self.trial.execute(f"create table {_wanted(table.name)} as from more")
        self.trial.unregister("more")
        self.used.setdefault(table.name, set()).update(set(columns) - set(table.key))

    def _wanted(self, table: Table) -> pl.DataFrame:
        key = ", ".join(f"{name} desc" for name in sorted(table.key, key=lambda name: name != table.grain))
        rows: pl.DataFrame = self.trial.sql(f"from {_wanted(table.name)} order by {key}").pl()
        return rows

    def _names(self, table: Table) -> set[str]:
        """The words in the key of the rows that are wanted."""
        rows = self._wanted(table)
        return {str(v) for n in table.key if table.column(n).type == "varchar" for v in rows[n].unique()}

    def _note(self, table: Table, reads: tuple[str, ...] = (), selected: Selected | None = None) -> None:
        columns = tuple(c.name for c in table.columns if c.name in self.used[table.name])
        selection = selected.selection if selected else None
        self.passed.append(Passed(table, self._wanted(table), columns, reads, selection))


def _wanted(name: str) -> str:
    return f"wanted.{name.replace('.', '_')}"
