"""What is worth an alert: a query per kind in ``sql/alerts``, and thresholds of one line each in TOML beside them."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.queries import SQL
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.alerts import SEVERITIES

ALERTS = SQL / "alerts"
THRESHOLDS = "thresholds.toml"
THRESHOLD = "threshold"
HEADER = re.compile(r"-- tells: (.+\.)\n-- over: (told|silent)\n")
FIELDS = {"says": str, "table": str, "show": str, "when": str, "severity": str}
#: What the queries may call, for messages that read alike.
MACROS = {
    "to_the_minute(moment)": "strftime(moment, '%Y-%m-%d %H:%M')",
    "reading(value, unit)": """
        case
            when value is null then 'not known'
            when unit = 'USD' and abs(value) >= 1e9 then printf('%,.1f bn USD', value::double / 1e9)
            when unit = 'USD' and abs(value) >= 1e6 then printf('%,.1f mn USD', value::double / 1e6)
            when unit = 'fraction' then printf('%.1f %%', value::double * 100)
            when unit = 'standard deviations' then printf('%.1f sd', value::double)
            else printf('%,.2f ', value::double) || unit
        end
    """,
}


class ConditionError(Exception):
    """A condition cannot be asked: of which kind, which one, and what is wrong with it."""

    def __init__(self, kind: str, name: str, reason: str) -> None:
        super().__init__(f"{name} cannot be asked: {' '.join(reason.split())}")
        self.kind, self.name = kind, name


@dataclass(frozen=True)
class Condition:
    """A query of subject, source, severity and message: a row is an alert. ``is_event``: its end is not told."""

    kind: str
    name: str
    query: str
    is_event: bool


def conditions(*folders: Path) -> Iterator[Condition | ConditionError]:
    """Every condition of some folders, or what is wrong with it; of one name, the last folder's counts."""
    paths = {path.name: path for folder in folders for path in sorted(folder.glob("*.sql"))}
    for path in paths.values():
        try:
            yield _query(path)
        except (OSError, ValueError) as error:
            yield ConditionError(path.stem, str(path), str(error))
    declared: dict[str, Any] = {}
    for path in (folder / THRESHOLDS for folder in folders):
        if path.exists():
            try:
                declared |= tomllib.loads(path.read_text())
            except (OSError, ValueError) as error:
                yield ConditionError(THRESHOLD, str(path), str(error))
    for name, row in declared.items():
        try:
            yield Condition(THRESHOLD, name, _threshold(name, row), is_event=False)
        except ValueError as error:
            yield ConditionError(THRESHOLD, f"{THRESHOLD} {name}", str(error))


def _query(path: Path) -> Condition:
    text = path.read_text(encoding="utf-8")
    header = HEADER.match(text)
    if not header:
        raise ValueError("it must begin with the lines -- tells: (a sentence.) and -- over: told|silent")
    return Condition(path.stem, path.stem, text[header.end() :].strip(), is_event=header[2] == "silent")


def _threshold(name: str, row: Any) -> str:
    """The query of one threshold: of each newest row that has a value, those for which the condition holds.

    Raises ValueError for what cannot be a threshold.
    """
    if not isinstance(row, Mapping) or {key: type(value) for key, value in row.items()} != FIELDS:
        raise ValueError(f"it needs {', '.join(FIELDS)}, each a text, and nothing else")
    if row["severity"] not in SEVERITIES:
        raise ValueError(f"severity is {row['severity']!r}, not one of {', '.join(SEVERITIES)}")
    table = TABLES.get(row["table"])
    if table is None or table.grain is None:
        raise ValueError(f"{row['table']!r} is no declared table with a date or time in its key")
    if row["show"] not in [column.name for column in table.columns]:
        raise ValueError(f"{table.name} has no column {row['show']!r}")
    others = [key for key in table.key if key != table.grain]
    partition = f"partition by {', '.join(others)}" if others else ""
    about = " || ' ' || ".join([_text(name), *(f"{key}::varchar" for key in others)])
    of = " || ' ' || ".join(f"{key}::varchar" for key in others)
    unit = table.column(row["show"]).unit
    told = [
        _text(row["says"] + ": "),
        *([f"{of} || ' '"] if others else []),
        _text(f"{row['show']} "),
        f"reading({row['show']}, {_text(unit)})",
        f"' as of ' || {_day(table)}",
    ]
    return f"""
        select {about} as subject, {_text(table.name)} as source, {_text(row["severity"])} as severity,
            {" || ".join(told)} as message
        from (
            from {table.name} where {row["show"]} is not null
            qualify row_number() over ({partition} order by {table.grain} desc) = 1
        )
        where ({row["when"]})
    """


def _day(table: Table) -> str:
    grain = table.column(table.grain or "")
    return f"{grain.name}::varchar" if grain.type == "date" else f"to_the_minute({grain.name}) || ' UTC'"


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
