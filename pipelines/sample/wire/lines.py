"""Which lines of a table a FiscalData query selects: filter, sort, nothing else."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

Line = tuple[str, ...]
NUMERIC = ("CURRENCY0", "NUMBER", "YEAR", "QUARTER", "MONTH", "DAY")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
}
ENDINGS = {
    "_bal": "CURRENCY0",
    "_amt": "CURRENCY0",
    "_nbr": "NUMBER",
    "_year": "YEAR",
    "_quarter": "QUARTER",
    "_month": "MONTH",
    "_day": "DAY",
}


class BadQuery(Exception):
    """A request the service refuses with 400 and this message."""


def data_type(field: str) -> str:
    if field == "record_date":
        return "DATE"
    if field == "table_nbr":
        return "STRING"
    return next((kind for ending, kind in ENDINGS.items() if field.endswith(ending)), "STRING")


def place_of(columns: tuple[str, ...], field: str) -> int:
    if field.strip() not in columns:
        raise BadQuery(
            f"Invalid query parameter '{field}' with value. For more information please see the documentation"
        )
    return columns.index(field.strip())


def _number(text: str) -> float:
    """ "null" and other words among numbers are equal to nothing."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _reader(kind: str) -> Callable[[str], Any]:
    """Numbers compare as numbers, everything else as text."""
    return _number if kind in NUMERIC else str


def filtered(lines: list[Line], columns: tuple[str, ...], condition: str) -> list[Line]:
    if condition and not re.match(r"\w+:\w+:", condition):
        raise BadQuery(f"Invalid filter '{condition}'.")
    for field, name, text in re.findall(r"(\w+):(\w+):(\(.*?\)(?=,\w+:|$)|.*?(?=,\w+:\w+:|$))", condition):
        place, read = place_of(columns, field), _reader(data_type(field))
        if name == "in":
            allowed = {read(part.strip()) for part in text.strip("()").split(",")}
            lines = [line for line in lines if read(line[place]) in allowed]
        elif name in COMPARISONS:
            compare, target = COMPARISONS[name], read(text)
            lines = [line for line in lines if compare(read(line[place]), target)]
        else:
            raise BadQuery(f"Invalid filter operator '{name}'.")
    return lines


def ordered(lines: list[Line], columns: tuple[str, ...], order: str) -> list[Line]:
    """The last key is applied first, because sorting is stable."""
    for part in reversed([part.strip() for part in order.split(",") if part.strip()]):
        field = part.lstrip("-")
        place, read = place_of(columns, field), _reader(data_type(field))
        lines = sorted(lines, key=lambda line: read(line[place]), reverse=part.startswith("-"))
    return lines
