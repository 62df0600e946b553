"""The live DuckDB file: the only module that opens it. One process writes; readers use what is published."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb
import polars as pl

from warehouse.as_of import MACROS
from warehouse.landing import Entry
from warehouse.ledger import Ledger, LedgerError, WritesLost
from warehouse.table import Table, Type
from warehouse.tables import TABLES, crypto_facts, facts
from warehouse.tables.columns import PROVENANCE
from warehouse.tables.quality import RECORDING

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
AGAIN = "tidegauge verify --repair makes it again from landing"
#: Schemas whose tables can be built again from others.
DERIVED = ("staged", "metrics")
PROVENANCE_NAMES = {column.name for column in PROVENANCE}
INTEGERS = frozenset({"tinyint", "smallint", "integer", "bigint", "hugeint"})
#: What a query may return for each declared type: what loses nothing on the way, or raises.
MEANT_BY: dict[Type, frozenset[str]] = {
    "date": frozenset({"date"}),
    "timestamptz": frozenset({"timestamp with time zone"}),
    "double": INTEGERS | {"double", "float", "decimal"},
    "bigint": INTEGERS,
    "varchar": frozenset({"varchar"}),
    "boolean": frozenset({"boolean"}),
}
#: Whether a claim that differs from the one before it was known from its own time on.
HAS_OWN_TIME = "(held_known_at is null or known_at > held_known_at)"


class StoreError(Exception):
    """The store refused or could not do something; nothing was changed."""


class StoreInUse(StoreError):
    """Another process has a database open; ``what`` names both, as far as DuckDB ``said`` which process it is."""

    def __init__(self, path: Path, said: object) -> None:
        holder = re.search(r" \(PID \d+\)", str(said))
        self.what = f"{path} is in use by another process{holder[0] if holder else ''}"
        super().__init__(f"{self.what}: run again when it has ended")


class StoreLostWrites(StoreError):
    """The database lost what was written to it last, as DuckDB does without a word when its log is gone."""


@dataclass(frozen=True)
class Appended:
    """What an append did with the rows it was given, and the replies that the added ones rest on."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    landed_ids: frozenset[str] = frozenset()

    def __add__(self, other: "Appended") -> "Appended":
        return Appended(
            self.new + other.new,
            self.revised + other.revised,
            self.unchanged + other.unchanged,
            self.landed_ids | other.landed_ids,
        )


@dataclass
class Store:
    """An open warehouse. Every write is one transaction that ends with a ledger row per table."""

    connection: duckdb.DuckDBPyConnection
    ledger: Ledger
    path: Path

    @classmethod
    @contextmanager
    def open(cls, path: Path, run_id: str, *, after: int = 0) -> Iterator[Self]:
        """Open the warehouse for writing, creating every declared table that is not there yet.

        ``after`` is the number of the last change that the warehouse before this one had. Raises StoreInUse while
        another process has it open.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = duckdb.connect(path, config=SETTINGS)
        except duckdb.IOException as error:
            if is_held(error):
                raise StoreInUse(path, error) from None
            raise StoreError(f"the warehouse {path} cannot be opened: {str(error).splitlines()[0]}") from None
        except duckdb.Error as error:
            raise StoreError(_damaged(path, error)) from None
        with connection:
            ledger = Ledger(connection, mirror_of(path), run_id, after)
            try:
                _prepare(connection)
                ledger.settle()
            except duckdb.Error as error:
                raise StoreError(_damaged(path, error)) from None
            except WritesLost as error:
                raise StoreLostWrites(str(error)) from None
            except LedgerError as error:
                raise StoreError(str(error)) from None
            store = cls(connection, ledger, path)
            yield store
            store.do("checkpoint")  # closing does it too, but without a word when it fails

    # -- reading ---------------------------------------------------------------------------------

    def read(self, query: str, parameters: Sequence[object] = ()) -> pl.DataFrame:
        with self._telling_damage():
            frame: pl.DataFrame = self.connection.sql(query, params=list(parameters) or None).pl()
        return frame

    def newest_periods(self) -> dict[str, date]:
        """The day of the newest row that each job of a fetch brought, by the job's key."""
        newest = " union all ".join(
            f"select {key} as key, max({at})::date as newest from {name} group by all"
            for name, (key, at) in {**facts.JOBS, **crypto_facts.JOBS}.items()
        )
        return dict(self.read(f"from ({newest}) where newest is not null").rows())

    def journal_end(self) -> int:
        """How far landing's journal is recorded, in bytes."""
        (end,) = self._one(f"select coalesce(max(journal_end), 0) from {RECORDING.name}")
        return int(end)

    # -- writing ---------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: tables and ledger together, then the ledger's mirror outside the database."""
        self.connection.begin()
        self.ledger.begin()
        try:
            with self._telling_damage():
                yield
                self.ledger.write()
                self.connection.commit()
        except BaseException:
            with suppress(duckdb.Error):  # a commit that failed has ended it, and what it said is what counts
                self.connection.rollback()
            raise
        self.ledger.copy_out()

    def append(self, table: Table, frame: pl.DataFrame) -> Appended:
        """Add claims to a fact table, inside a transaction.

        A claim is compared with what was in force when it was received, stored or told in the same frame. An equal
        one adds nothing. A different one is a new vintage: known from its own ``known_at`` when that is later than
        the one's before it, else from when we received it.
        An archived vintage (``known_at_basis`` = vintage), and any claim that a later one of the frame supersedes,
        speaks of its own time: it is compared with what was in force then, and where another claim is stored from
        that very moment it counts only if nothing came after.
        """
        self._register(table, frame)
        identity = ", ".join(name for name in table.key if name != "known_at")
        claim = ", ".join(c.name for c in table.columns if c.name not in PROVENANCE_NAMES and c.name not in table.key)
        first, last = self._one(f"select min({table.grain}), max({table.grain}) from incoming")
        self.do(
            f"""
            create or replace temp table fresh as
            with told as (
                select *, true as is_told, if(
                    known_at_basis = 'vintage' or known_at < max(known_at) over (partition by {identity}),
                    known_at, received_at
                ) as said_at
                from incoming
            ),
            merged as (
                from told
                union all by name
                select *, false as is_told, known_at as said_at
                from {table.name} semi join incoming using ({identity})
                where {table.grain} between $first and $last
            ),
            judged as (
                select *,
                    row({claim}) is distinct from lag(row({claim})) over in_time as is_other,
                    lag(known_at) over in_time as held_known_at,
                    lead(known_at) over in_time as next_known_at,
                    not bool_and(is_told) over (partition by {identity}) as is_revised
                from merged
                window in_time as (partition by {identity} order by said_at, is_told, known_at)
            )
            select * replace (
                if({HAS_OWN_TIME}, known_at, received_at) as known_at,
                if({HAS_OWN_TIME}, known_at_basis, 'observed') as known_at_basis
            )
            from judged
            where is_told and is_other and (
                {HAS_OWN_TIME}
                or (received_at > held_known_at and (said_at = received_at or next_known_at is null))
            )
            """,
            {"first": first, "last": last},
        )
        revised, new = self._one("select count(*) filter (is_revised), count(*) filter (not is_revised) from fresh")
        if not new + revised:
            return Appended(unchanged=frame.height)
        columns = ", ".join(c.name for c in table.columns)
        self.do(f"insert into {table.name} by name select {columns} from fresh order by {', '.join(table.key)}")
        self.ledger.note(table, rows=new + revised)
        landed_ids = frozenset(self.read("select distinct landed_id from fresh")["landed_id"])
        return Appended(new, revised, frame.height - new - revised, landed_ids)

    def insert(self, table: Table, frame: pl.DataFrame) -> int:
        """Add rows whose keys are not there yet, inside a transaction; returns how many were added.

        Where keys have a time, only stored rows of the same times are looked at, however many others there are.
        """
        self._register(table, frame)
        stored, span = table.name, None
        if table.grain:
            first, last = self._one(f"select min({table.grain}), max({table.grain}) from incoming")
            stored = f"(from {table.name} where {table.grain} between $first and $last)"
            span = {"first": first, "last": last}
        ((count,),) = self.do(
            f"insert into {table.name} by name from incoming anti join {stored} using ({', '.join(table.key)})", span
        )
        if count:
            self.ledger.note(table, rows=count)
        return int(count)

    def note_recorded(self, entries: Sequence[Entry]) -> None:
        """Remember that the journal is recorded as far as these entries, inside the transaction of their facts.

        It is no change of what the warehouse says: the ledger does not have it.
        """
        digest = hashlib.sha256(b"".join(entry.line for entry in entries)).hexdigest()
        row = {"start": entries[0].end - len(entries[0].line), "end": entries[-1].end, "jobs": len(entries)}
        self.do(
            f"insert into {RECORDING.name} (journal_start, journal_end, jobs, sha256, run_id, known_at) "
            "values ($start, $end, $jobs, $digest, $run_id, now())",
            {**row, "digest": digest, "run_id": self.ledger.run_id},
        )

    def replace(self, table: Table, frame: pl.DataFrame) -> bool:
        """Make a table hold exactly these rows, inside a transaction; an equal table is left alone."""
        self._register(table, frame)
        columns = ", ".join(c.name for c in table.columns)
        differ = f"""select count(*) from (
            (select {columns} from incoming except all select {columns} from {table.name}) union all
            (select {columns} from {table.name} except all select {columns} from incoming))"""
        if self._one(differ) == (0,):
            return False
        self.do(f"delete from {table.name}")
        self.do(f"insert into {table.name} by name from incoming")
        self.ledger.note(table, rows=frame.height)
        return True

    def build(self, table: Table, content: str | pl.DataFrame, recipe: str) -> int:
        """Make a derived table again from a query or rows, inside a transaction; returns its number of rows."""
        if isinstance(content, pl.DataFrame):
            self.connection.register("computed", content.to_arrow())
            content = "from computed"
        self.do(f"create or replace temp table built as {content}")
        found = {name: kind.lower() for name, kind, *_ in self.do("describe built")}
        if set(found) != {c.name for c in table.columns}:
            raise StoreError(f"{table.name}: {_difference([c.name for c in table.columns], list(found))}")
        for column in table.columns:
            if found[column.name].partition("(")[0] not in MEANT_BY[column.type]:
                raise StoreError(f"{table.name}.{column.name}: declared {column.type}, got {found[column.name]}")
        self._refuse_bad_rows(table, "built")
        self.do(f"delete from {table.name}")
        self.do(f"insert into {table.name} by name from built order by {', '.join(table.key)}")
        (rows,) = self._one("select count(*) from built")
        self.do("drop table built")
        self.ledger.note(table, rows=rows, recipe=recipe)
        return int(rows)

    # -- the rules of writing ----------------------------------------------------------------------

    def _register(self, table: Table, frame: pl.DataFrame) -> None:
        """Offer a frame as ``incoming`` once its columns, types, keys and required values are right."""
        declared = dict(table.polars_schema)
        if set(frame.columns) != set(declared):
            raise StoreError(f"{table.name}: {_difference(declared, frame.columns)}")
        for name, dtype in declared.items():
            if frame.schema[name] != dtype:
                raise StoreError(f"{table.name}.{name}: declared {dtype}, got {frame.schema[name]}")
        self.connection.register("incoming_frame", frame.to_arrow())
        self.do("create or replace temp table incoming as from incoming_frame")
        self.connection.unregister("incoming_frame")
        self._refuse_bad_rows(table, "incoming")

    def _refuse_bad_rows(self, table: Table, relation: str) -> None:
        for column in table.columns:
            if table.is_required(column):
                (nulls,) = self._one(f"select count(*) from {relation} where {column.name} is null")
                if nulls:
                    raise StoreError(f"{table.name}.{column.name}: {nulls} rows have no value, and one is required")
        key = ", ".join(table.key)
        twice = self.read(f"select {key}, count(*) as times from {relation} group by all having times > 1 limit 3")
        if twice.height:
            raise StoreError(f"{table.name}: the key ({key}) is there more than once, e.g. {twice.rows()[0]}")

    def do(self, statement: str, parameters: object = None) -> list[tuple[Any, ...]]:
        """Run a statement to its end: a result that is not fetched would keep the connection busy."""
        with self._telling_damage():
            return self.connection.execute(statement, parameters).fetchall()

    def _one(self, query: str) -> tuple[Any, ...]:
        return self.do(query)[0]

    def _telling_damage(self) -> AbstractContextManager[None]:
        return telling_damage(f"the warehouse {self.path}", AGAIN)


def mirror_of(database: Path) -> Path:
    """The ledger's mirror of a warehouse."""
    return database.with_suffix(".ledger.jsonl")


def _difference(declared: Iterable[str], found: Iterable[str]) -> str:
    expected, present = set(declared), set(found)
    missing, extra = sorted(expected - present), sorted(present - expected)
    return f"columns differ from the declaration: missing {missing}, not declared {extra}"


@contextmanager
def telling_damage(file: str, remedy: str) -> Iterator[None]:
    """Let DuckDB's error of a damaged block, which names no file, be a StoreError that does."""
    try:
        yield
    except duckdb.Error as error:
        if "Corrupt database file" not in str(error):
            raise
        raise StoreError(f"{file} is damaged: {str(error).splitlines()[0]}; {remedy}") from None


def is_held(error: duckdb.Error) -> bool:
    """Whether a file was not opened because another process has it open."""
    return "Could not set lock" in str(error)


def _damaged(path: Path, error: duckdb.Error) -> str:
    return f"the warehouse {path} is damaged: {str(error).splitlines()[0]}; {AGAIN}"


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is declared and not there."""
    connection.execute("set TimeZone = 'UTC'")
    for macro, body in MACROS.items():
        connection.execute(f"create temp macro {macro} as {body}")
    connection.begin()
    for table in TABLES.values():
        _create(connection, table)
    connection.commit()


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Create a table that is not there. One stored with other columns is made anew if it is derived, else refused."""
    connection.execute(f"create schema if not exists {table.schema}")
    connection.execute(f"create table if not exists {table.name} ({table.ddl})")
    stored: Mapping[str, str] = {
        row[0]: row[1].lower().replace("timestamp with time zone", "timestamptz")
        for row in connection.execute(f"describe {table.name}").fetchall()
    }
    declared = {c.name: c.type for c in table.columns}
    if stored == declared:
        return
    if table.schema in DERIVED:
        connection.execute(f"create or replace table {table.name} ({table.ddl})")
        return
    raise StoreError(
        f"{table.name} was stored with other columns than it is declared with now "
        f"({_difference(map(' '.join, declared.items()), map(' '.join, stored.items()))}); "
        "a warehouse of another version: tidegauge rebuild makes it again from landing"
    )
