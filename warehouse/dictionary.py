"""The data dictionary: every table and column with meaning, unit, formula, rules, licence; every series with its source
and release. All of it is read from the declarations, the queries and the rules."""

from collections.abc import Iterable, Iterator

from warehouse.catalogue import SERIES
from warehouse.queries import SQL, model_queries, tables_read
from warehouse.rules import Rule, rules
from warehouse.table import Column, Table

CONTENTS = """\
# Data dictionary

Times are UTC, days are dates, money is USD unless the unit says otherwise. What is missing is NULL, never zero.
`known_at` is when a row's latest input could first be known; `metrics_as_of.x` and `staged_as_of.x` are the tables as
known at the session variable `as_of`. Bounds and rules are checked on every run; a critical rule blocks publishing.
"""


def dictionary(tables: Iterable[Table], *, with_series: bool = True) -> str:
    """The dictionary as Markdown; the series catalogue ends it."""
    queries, by_table = model_queries(), _by_table(rules())
    lines = [CONTENTS]
    for table in tables:
        lines += _table(table, queries.get(table.name), by_table.get(table.name, []))
    return "\n".join([*lines, *(_series() if with_series else ())]).rstrip() + "\n"


def _by_table(found: Iterable[Rule]) -> dict[str, list[Rule]]:
    by_table: dict[str, list[Rule]] = {}
    for rule in found:
        by_table.setdefault(rule.table_name, []).append(rule)
    return by_table


def _table(table: Table, query: str | None, judged_by: Iterable[Rule]) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"{table.doc}\n"
    yield f"Key: {', '.join(table.key)}. Licence: {table.licence}.\n"
    if query is not None:
        path = f"{SQL.name}/{table.name.replace('.', '/')}.sql"
        yield f"Formula: `{path}`, over {', '.join(f'`{name}`' for name in sorted(tables_read(query)))}.\n"
    for rule in judged_by:
        yield f"Rule ({rule.severity}): {rule.expects}\n"
    yield "| column | type | unit | meaning | allowed |\n|---|---|---|---|---|"
    for column in table.columns:
        allowed = _allowed(table, column)
        yield f"| {column.name} | {column.type} | {column.unit} | {_cell(column.doc)} | {_cell(allowed)} |"
    yield ""


def _allowed(table: Table, column: Column) -> str:
    parts = ["required"] if table.is_required(column) else []
    if column.one_of:
        parts.append("one of " + ", ".join(column.one_of))
    if column.bounds:
        parts.append(column.bounds)
    return "; ".join(parts)


def _series() -> Iterator[str]:
    yield "## Series\n"
    yield "The series of `facts.observation` and `staged.series`, in the unit in which each is published.\n"
    yield "| series | title | upstream | unit | refers to | known | since | allowed | licence |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for s in SERIES.values():
        cells = (
            s.id,
            s.title,
            s.upstream,
            s.unit,
            s.reference,
            s.release.doc,
            s.since,
            f"{s.low:g} to {s.high:g}",
            s.licence,
        )
        yield f"| {' | '.join(_cell(str(cell)) for cell in cells)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
