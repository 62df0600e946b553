"""Earlier moments of the live warehouse, for what looks back while it is built."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import duckdb
import polars as pl

from assets.claims.declared import Part
from assets.claims.findings import Read
from assets.clients.seeds import SEEDS
from pipelines.as_known import AsKnown, made_again, set_moment
from pipelines.models import Model
from warehouse.as_of import NEVER_REVISED
from warehouse.tables import TABLES
from warehouse.tables.columns import PROVENANCE
from warehouse.tables.facts import OBSERVATION

#: When what we received or entered ourselves is newer by more than this, the data have ended.
RECORDED = timedelta(days=7)
DATABASE = "looking_back"
NOT_A_CLAIM = {column.name for column in PROVENANCE} - {"known_at", "known_at_basis"}
#: What staged.series leaves out at any moment: a rule's date, where an archive has the vintages of the period.
OVERRULED = f"""
    known_at_basis = 'rule' and exists (
        from {OBSERVATION.name} as v
        where v.known_at_basis = 'vintage' and v.series_id = o.series_id and v.period = o.period
    )
"""


@dataclass(frozen=True)
class Known:
    """What a table held at the end of each day: its days, and a hash of all its rows up to each."""

    days: list[date]
    hashes: list[str]
    newest: datetime | None
    newest_but_receipts: datetime | None

    def by(self, day: date) -> str:
        place = bisect_right(self.days, day)
        return self.hashes[place - 1] if place else ""


class StorePast:
    """The past of an open store. Only what is committed is seen; all that is written goes to a database in memory."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.known: dict[str, Known] = {}
        self.marks: dict[tuple[frozenset[str], date], str] = {}

    @cached_property
    def models(self) -> dict[str, Model]:
        """What is made again at earlier moments: all queries are read for it, so only once something looks back."""
        return made_again()

    @cached_property
    def newest(self) -> datetime | None:
        """The newest moment of what models rest on.

        Where receipts and files of ours go on for long after the upstreams' own times, it is the end of these: of old
        recordings, and of the sample world.
        """
        leaves = {name: self._known(name) for name in self._leaves(frozenset(self.models))}
        newest = max((known.newest for known in leaves.values() if known.newest), default=None)
        told = max(
            (k.newest_but_receipts for n, k in leaves.items() if k.newest_but_receipts and n not in SEEDS), default=None
        )
        return told if newest and told and newest - told > RECORDED else newest

    def mark(self, part: Part, moment: datetime) -> str:
        """Days are marked whole: a moment is the end of one, or the newest there is."""
        key = part.reads, moment.date()
        if key not in self.marks:
            through = self._through(part.reads)
            texts = [(name, self.models[name].text, self.models[name].rests_on) for name in sorted(through)]
            leaves = [(name, self._known(name).by(moment.date())) for name in sorted(self._leaves(part.reads))]
            self.marks[key] = _hash([texts, leaves])
        return _hash([self.marks[key], part.query, part.refuted_by, part.horizon, part.error])

    @contextmanager
    def at(self, moment: datetime) -> Iterator[Read]:
        """Reads tables as they were known at a moment."""
        with self.connection.cursor() as cursor:
            ((home,),) = cursor.execute("select current_database()").fetchall()
            cursor.execute(f"attach ':memory:' as {DATABASE}")
            cursor.execute(f"use {DATABASE}")
            try:
                set_moment(cursor, moment)
                unchanged = {name for name in self.models if self._is_as_then(name, moment)}
                yield AsKnown(cursor, f'"{home}"', self.models, unchanged).read
            finally:
                cursor.execute(f'use "{home}"')
                cursor.execute(f"detach {DATABASE}")

    def _is_as_then(self, name: str, moment: datetime) -> bool:
        """Whether nothing that a table rests on became known since."""
        newest = (self._known(leaf).newest for leaf in self._leaves(frozenset({name})))
        return all(known is None or known <= moment for known in newest)

    def _through(self, reads: frozenset[str]) -> set[str]:
        """The models among these tables and behind them."""
        own = reads & set(self.models)
        return set(own).union(*(self._through(self.models[name].reads) for name in own))

    def _leaves(self, reads: frozenset[str]) -> set[str]:
        """The tables at the bottom, which no model makes."""
        through = self._through(reads)
        return (set(reads) | {read for name in through for read in self.models[name].reads}) - through

    def _known(self, name: str) -> Known:
        if name not in self.known:
            self.known[name] = self._days(name)
        return self.known[name]

    def _days(self, name: str) -> Known:
        table = TABLES[name]
        columns = {column.name for column in table.columns} - NOT_A_CLAIM
        told = "known_at" if table in NEVER_REVISED else ", ".join(sorted(columns))
        receipts = "known_at_basis = 'observed'" if "known_at_basis" in columns else "false"
        where = f"where not ({OVERRULED})" if table is OBSERVATION else ""
        days = _rows(
            self.connection,
            f"""
            select
                known_at::date as day,
                count(*) as rows,
                -- Twice: one of several columns is an xor of the last, and the same change in two rows would not show.
                bit_xor(hash(hash({told}))) as hash,
                max(known_at) as newest,
                max(known_at) filter (not {receipts}) as newest_but_receipts
            from {name} as o {where} group by day order by day
            """,
        )
        hashes, rows, mixed = [], 0, 0
        for row in days.iter_rows(named=True):
            rows, mixed = rows + row["rows"], mixed ^ row["hash"]
            hashes.append(f"{rows:x}-{mixed:x}")
        return Known(days["day"].to_list(), hashes, days["newest"].max(), days["newest_but_receipts"].max())  # type: ignore[arg-type]


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    rows: pl.DataFrame = connection.sql(query).pl()
    return rows


def _hash(told: object) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
