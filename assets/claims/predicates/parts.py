"""What predicates have in common: the numbers that are looked at, bounds, and what is said while data are missing."""

from datetime import date
from typing import Any

from warehouse.table import Table
from warehouse.tables import TABLES

#: A newest value that is older is no longer what is, and a value before a day that is further away is not of that day.
FRESH_DAYS = 45
#: For how long after the day that it is about a number may still be waited for.
PATIENCE_DAYS = 92
TODAY = "as_of()::date"
#: How a number's name ends, by the unit of what it was taken from.
ENDINGS = {"USD": "_usd", "percent": "_pct", "basis points": "_bps", "fraction": "_share"}

Fields = dict[str, Any]


def series(fields: Fields) -> str:
    """One number a day: ``value`` of the table ``of``, by the table's own day."""
    table = _table(fields)
    if table.grain is None:
        raise ValueError(f"{table.name} has no day to order by; write it as sql")
    value = fields["value"]
    return (
        f"select {table.grain}::date as day, ({value})::double as value from {table.name}\n"
        f"    where ({fields.get('where', 'true')}) and ({value}) is not null"
    )


def _table(fields: Fields) -> Table:
    if fields["of"] not in TABLES:
        raise ValueError(f"there is no table {fields['of']}")
    return TABLES[fields["of"]]


def ending(fields: Fields) -> str:
    """How the number's name ends: by its unit."""
    units = {column.name: column.unit for column in _table(fields).columns}
    return ENDINGS.get(fields.get("unit") or units.get(fields["value"], ""), "")


def within(fields: Fields, prefix: str = "") -> list[str]:
    """The bounds that are told, as comparisons."""
    low, high = fields.get(f"{prefix}at_least"), fields.get(f"{prefix}at_most")
    return ([] if low is None else [f">= {low!r}"]) + ([] if high is None else [f"<= {high!r}"])


def judged(measured: str, fields: Fields) -> str:
    """Supported within the bounds, partly within those called partly, refuted outside of both."""
    if not (bounds := within(fields)):
        raise ValueError("needs at_least, at_most, or both")
    inside = " and ".join(f"{measured} {bound}" for bound in bounds)
    partly = " and ".join(f"{measured} {bound}" for bound in within(fields, "partly_"))
    between = f"\n    when {partly} then 'partly'" if partly else ""
    return (
        f"when {measured} is null then 'unmeasurable'\n    when {inside} then 'supported'{between}\n    else 'refuted'"
    )


def literal(day: date) -> str:
    return f"date '{day}'"


def missing(about: date | None) -> str:
    """What is said while there are no data: they may still come, until it is too long after what they are about."""
    return (
        "'unmeasurable'"
        if about is None
        else f"case when {TODAY} <= {literal(about)} + {PATIENCE_DAYS} then 'pending' else 'unmeasurable' end"
    )


def told_bounds(fields: Fields, name: str) -> str:
    """The bounds as numbers of the evidence."""
    told = [(key, fields[key]) for key in ("at_least", "at_most") if key in fields]
    return " ".join(f"{value!r} as {name}_{key}," for key, value in told)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
