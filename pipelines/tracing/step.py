"""One step back: the questions whose answers are all that some rows of a table are made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

import polars as pl

from pipelines.models import Model, Read
from warehouse.queries import tables_read
from warehouse.table import Table
from warehouse.tables import TABLES

#: How many days before a row's own day a statistic's inputs are looked for, the fewest that make it again.
DAYS_BEFORE = (0, 7, 31, 92, 200, 400, 1200)

#: Conditions on what a query returns: a column, and the values or the span of days that are wanted of it.
Selection = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Step:
    """Queries over tables; as long as their answers are the same, so are the rows made of them."""

    questions: tuple[str, ...]
    text: str

    @property
    def reads(self) -> frozenset[str]:
        """The declared tables among what they read."""
        return frozenset[str]().union(*map(tables_read, self.questions)) & set(TABLES)


def of_query(table: Table, query: str, columns: Sequence[str], wanted: str) -> Step:
    """The step of rows that a query makes: those columns of those rows."""
    told = ", ".join(f"{n}::{table.column(n).type} as {n}" for n in dict.fromkeys((*table.key, *columns)))
    return Step((f"select {told} from (\n{query}\n) semi join {wanted} using ({', '.join(table.key)})",), query)


@dataclass(frozen=True)
class Selected:
    """A statistic computed from a part of what its queries return."""

    model: Model
    selection: Selection

    def rows(self, read: Read) -> pl.DataFrame:
        assert self.model.compute
        return self.model.compute(lambda query: read(query).pipe(self._part))

    def step(self, read: Read) -> Step:
        """The step of what is selected of its queries."""
        questions: list[str] = []

        def asked(query: str) -> pl.DataFrame:
            frame = read(query)
            told = [f"{name} in ({', '.join(map(_literal, values))})" for name, values in self._told(frame)]
            questions.append(f"select * from (\n{query}\n)" + (f" where {' and '.join(told)}" if told else ""))
            return self._part(frame)

        assert self.model.compute
        self.model.compute(asked)
        return Step(tuple(questions), self.model.text)

    def _part(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(*(pl.col(name).is_in(values) for name, values in self._told(frame)))

    def _told(self, frame: pl.DataFrame) -> Iterator[tuple[str, Sequence[Any]]]:
        return ((name, values) for name, values in self.selection.items() if name in frame.columns)


def of_statistic(model: Model, read: Read, is_made: Callable[[pl.DataFrame], bool], wanted: pl.DataFrame) -> Selected:
    """The least that a statistic's rows can be computed from: what its queries return for the key of these rows."""
    for selection in _selections(model.table, wanted):
        found = Selected(model, selection)
        if is_made(found.rows(read)):
            return found
    return Selected(model, {})


def _selections(table: Table, wanted: pl.DataFrame) -> Iterator[Selection]:
    """From the narrowest to none: with all parts of the key, and then with fewer."""
    named = [name for name in table.key if name != table.grain]
    for size in range(len(named), -1, -1):
        for names in combinations(named, size):
            told = {name: wanted[name].unique().sort().to_list() for name in names}
            if table.grain is None:
                yield told
                continue
            days = wanted[table.grain].unique().sort().to_list()
            for before in DAYS_BEFORE:
                first: date = days[0] - timedelta(days=before)
                yield told | {table.grain: [first + timedelta(days=n) for n in range((days[-1] - first).days + 1)]}


def _literal(value: object) -> str:
    if isinstance(value, datetime):
        return f"timestamptz '{value.isoformat()}'"
    if isinstance(value, date):
        return f"date '{value}'"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
