"""Which candidates matter: what may be left out, and be any other number, with the same answers to the last bit.

An earlier close matters to an all-time high although it may be left out: so numbers are also shaken. Parts are tried
together, and then in halves, as long as there are trials left; what was not shown not to matter is kept.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import duckdb

from pipelines.tracing.pool import Pool, listed
from pipelines.tracing.step import Step
from warehouse.table import Table

#: Numbers are shaken twice, to larger and to smaller ones: either could leave a rank or a maximum where it was.
SHAKES = (1, -1)
#: How many trials one way of cutting may take, by how many rows there are: each trial reads all of them.
MOST_TRIALS, LEAST_TRIALS, ROWS = 16, 4, 50_000
#: What a query names: its quoted words. A comment's apostrophe has no other on its line.
LITERAL = re.compile(r"'([^'\n]+)'")

#: Tables, each with a condition on its rows.
Part = Mapping[str, str]
Answers = list[tuple[int, int]]


@dataclass
class Search:
    """The pools of one step; ``names`` are words of the rows that are wanted, ``mattered`` what was tried and kept."""

    connection: duckdb.DuckDBPyConnection
    step: Step
    pools: Mapping[str, Pool]
    names: set[str]
    told: Answers = field(default_factory=list)
    mattered: set[frozenset[tuple[str, int, int]]] = field(default_factory=set)

    def run(self) -> None:
        """Leave in the pools what matters."""
        self.told = self.answers()
        self._by_hints()
        trials = 0
        # Again while fewer rows are left, of which each way may be tried in more parts.
        while not self._is_one_each() and self._trials() > trials:
            trials = self._trials()
            self._by_groups()
            self._by_moments()
        for pool in self.pools.values():
            if pool.table.schema == "facts":
                self._by_vintages(pool.table)
            else:
                self._by_columns(pool)

    def answers(self) -> Answers:
        """How many rows each question returns, and a hash of every bit of them in any order.

        Hashed twice: a hash of several columns is an xor of the last of them, so that the same change in two rows,
        both flags from true to false, would not show in an xor over rows, nor would a row that is there twice.
        """
        told = []
        for question in self.step.questions:
            query = f"select count(*), coalesce(sum(hash(hash(answer))), 0) from (\n{question}\n) as answer"
            told += self.connection.execute(query).fetchall()
        return told

    # -- what is tried -----------------------------------------------------------------------------

    def _by_hints(self) -> None:
        """What shares neither key nor day with the rows, or is named by neither them nor the query, rarely matters.

        All of it is tried together, for a trial takes as long as there are rows; what may well matter comes last.
        """
        literals = set(LITERAL.findall(self.step.text))
        hints = []
        for names in (literals, self.names):
            for name, pool in self.pools.items():
                if groups := [g for g in pool.groups if not any(n in g or (g and g in n) for n in names)]:
                    hints.append((name, _is_in(groups)))
        hints += [(name, rows) for name, pool in self.pools.items() for rows in pool.unnamed(literals)]
        hints += [(name, rows) for rows in ("not shares_key", "not shares_day") for name in self.pools]
        # A table of which all rows would go matters often: among the others it would spoil them.
        whole = [(name, rows) for name, rows in hints if not self.pools[name].count(f"({rows}) is not true")]
        some = [hint for hint in hints if hint not in whole]
        self._halve(some, _any_of, 2 * len(some))
        for name, rows in whole:
            self._drop({name: rows})

    def _is_one_each(self) -> bool:
        """Whether there is no more than one candidate left for each row that is wanted, by its key."""
        return all(pool.is_one_each for pool in self.pools.values())

    def _by_groups(self) -> None:
        groups = [(name, group) for name, pool in self.pools.items() if len(pool.groups) > 1 for group in pool.left()]
        self._halve(groups, _of_groups)

    def _by_moments(self) -> None:
        """The ends of all, the days between them, and then the same of each group."""
        everywhere = dict.fromkeys(self.pools, "true")
        self._trim(everywhere, 2 * self._trials())
        self._halve(self._moments(everywhere), lambda some: _between(everywhere, some))
        groups = [{name: _is_in([group])} for name, pool in self.pools.items() for group in pool.left()]
        trials = self._trials()
        for group in groups if 1 < len(groups) <= trials else ():
            if trials > 0:
                trials -= self._trim(group, trials)
                trials -= self._halve(self._moments(group), partial(_between, group))

    def _by_vintages(self, table: Table) -> None:
        """What was superseded, or is not the vintage that counts."""
        same = ", ".join(name for name in table.key if name != "known_at")
        for order in ("desc", "asc"):
            first = f"first(known_at) over (partition by {same} order by known_at {order})"
            other = f"select {', '.join(table.key)} from {self.pools[table.name].name} qualify known_at <> {first}"
            self._drop({table.name: f"({', '.join(table.key)}) in ({other})"})

    def _by_columns(self, pool: Pool) -> None:
        names = [c.name for c in pool.table.columns if c.name not in pool.table.key]
        words = set(re.findall(r"\w+", " ".join(self.step.questions)))
        self._hide(pool, [name for name in names if name not in words])
        for name in [name for name in names if name in words][: self._trials()]:
            self._hide(pool, [name])

    # -- how it is tried ---------------------------------------------------------------------------

    def _halve(self, parts: Sequence[Any], together: Callable[[Sequence[Any]], Part], most: int | None = None) -> int:
        """Leave out what does not matter of these parts: all, halves, quarters, while there are trials; how many."""
        waiting, trials = [parts], 0
        while waiting and trials < (most or self._trials()):
            some = waiting.pop(0)
            trials += 1
            if some and not self._drop(together(some)) and len(some) > 1:
                waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
        return trials

    def _trim(self, scope: Part, most: int) -> int:
        """Cut the oldest and the newest days as far as they do not matter; how many trials it took."""
        trials = 0
        for is_oldest in (True, False):
            days = self._moments(scope)
            size = len(days) // 2
            while size and days and trials < most:
                some = days[:size] if is_oldest else days[-size:]
                trials += 1
                if self._drop(_between(scope, some)):
                    days = days[size:] if is_oldest else days[:-size]
                    size = min(size, len(days) // 2)
                else:
                    size //= 2
        return trials

    def _trials(self) -> int:
        return max(LEAST_TRIALS, min(MOST_TRIALS, ROWS // max(self._rows(), 1)))

    def _rows(self) -> int:
        return sum(pool.count() for pool in self.pools.values())

    def _drop(self, part: Part) -> bool:
        """Leave these rows out for good if they do not matter; rows that did are not tried again."""
        rows = {name: self.pools[name].rows(condition) for name, condition in part.items()}
        part = {name: condition for name, condition in part.items() if rows[name][0]}
        if not part:
            return True
        same = frozenset((name, *rows[name]) for name in part)
        if same in self.mattered:
            return False
        if self._matters(part):
            self.mattered.add(same)
            return False
        for name, condition in part.items():
            self.pools[name].delete(condition)
        return True

    def _matters(self, part: Part) -> bool:
        try:
            for name, condition in part.items():
                self.pools[name].show(out=condition)
            return self._differs() or any(self._differs_shaken(part, shake) for shake in SHAKES)
        finally:
            for name in part:
                self.pools[name].show()

    def _hide(self, pool: Pool, names: Sequence[str]) -> None:
        """Do without columns if they do not matter."""
        if any(self._differs_shaken({pool.table.name: "true"}, shake, names) for shake in SHAKES):
            pool.show()
            return
        shown = set(pool.hidden)
        pool.hidden |= set(names)
        pool.show()
        if self._differs():
            pool.hidden = shown
        pool.show()

    def _differs_shaken(self, part: Part, shake: int, only: Sequence[str] | None = None) -> bool:
        for name, condition in part.items():
            self.pools[name].show(shaken=condition, shake=shake, only=only)
        return any(self.pools[name].numbers(only) for name in part) and self._differs()

    def _differs(self) -> bool:
        try:
            return self.answers() != self.told
        except duckdb.Error:  # numbers that a query cannot even take do matter
            return True

    def _moments(self, scope: Part) -> list[str]:
        return sorted({day for name, condition in scope.items() for day in self.pools[name].moments(condition)})


def _any_of(some: Sequence[tuple[str, str]]) -> Part:
    """The rows that any of some conditions is about, each told with its table."""
    told: dict[str, list[str]] = {}
    for name, condition in some:
        told.setdefault(name, []).append(f"({condition})")
    return {name: " or ".join(conditions) for name, conditions in told.items()}


def _of_groups(some: Sequence[tuple[str, str]]) -> Part:
    """Whole groups, each told with its table."""
    return {name: _is_in([group for of, group in some if of == name]) for name in {name for name, _ in some}}


def _between(scope: Part, moments: Sequence[str]) -> Part:
    """What is left of some rows from the first to the last of moments that follow each other."""
    span = f"pool_at between timestamp '{moments[0]}' and timestamp '{moments[-1]}'"
    return {name: f"({condition}) and {span}" for name, condition in scope.items()}


def _is_in(groups: Sequence[str]) -> str:
    return f"pool_group in {listed(groups)}"
