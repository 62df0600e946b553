"""What the lines of all files that a user provides have in common: a figure that counts once, and when it was known."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from assets.clients.cells import Unbelievable
from assets.clients.file_lines import Line, reject
from warehouse.claims import Parsed, Reply
from warehouse.table import Table

OPTIONAL = ("known_at",)
SYMBOL = re.compile(r"[A-Z0-9]{2,12}", re.ASCII)
LONGEST_NAME = 40

Row = dict[str, Any]


def claim(
    parsed: Parsed, reply: Reply, lines: Sequence[Line], table: Table, row_of: Callable[[Line, datetime], Row]
) -> None:
    """Add the rows of the lines that can be believed. What is entered twice for one moment is rejected, both times.

    ``row_of`` is given a line and when the file was received; its rows have ``known_at``.
    """
    told: list[tuple[Line, Row]] = []
    for line in lines:
        try:
            told.append((line, row_of(line, reply.landed.received_at)))
        except Unbelievable as error:
            reject(parsed, reply, line, table.name, error)
    times = Counter(_key(table, row) for _, row in told)
    rows = []
    for line, row in told:
        if times[_key(table, row)] > 1:
            twice = Unbelievable("line", ",".join(line.texts), "this figure is entered more than once")
            reject(parsed, reply, line, table.name, twice)
        else:
            rows.append({**row, "locator": line.locator})
    if rows:
        parsed.add(table, rows, reply)


def _key(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in table.key)


def known_of(line: Line, not_before: datetime, received_at: datetime) -> Row:
    """When a figure was known: at the moment that its line documents, else when it was received."""
    if "known_at" not in line.columns or not line.text("known_at"):
        return {"known_at": received_at, "known_at_basis": "observed"}
    moment = line.moment_of("known_at")
    if moment < not_before:
        raise Unbelievable("known_at", line.text("known_at"), f"the figure is of {not_before:%Y-%m-%dT%H:%MZ} itself")
    if moment > received_at:
        raise Unbelievable("known_at", line.text("known_at"), "later than the file was read")
    return {"known_at": moment, "known_at_basis": "stamp"}


def figure_of(line: Line, column: str) -> float | None:
    """A number, or None where the line takes back what it said before."""
    return line.number_of(column) if line.text(column) else None


def coin_of(line: Line) -> str:
    if not SYMBOL.fullmatch(line.text("symbol")):
        raise Unbelievable("symbol", line.text("symbol"), "not a coin in capitals, like BTC")
    return line.text("symbol")


def name_of(line: Line, column: str) -> str:
    text = line.text(column)
    if not 0 < len(text) <= LONGEST_NAME or not text.isprintable():
        raise Unbelievable(column, text, f"not a name of 1 to {LONGEST_NAME} characters")
    return text
