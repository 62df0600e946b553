"""Rows as tables for a terminal: across where they fit, and down where they do not."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

#: What a column takes beside its text, and how narrow text may become where it wraps.
BORDER, WRAPPED = 3, 24


def tables(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int) -> Iterator[Table]:
    """One table; where it is wider than the terminal, as many as it takes, with a row of values for each column.

    Text is wrapped, and nothing is cut.
    """
    cells = [[shown(value) for value in row] for row in rows]
    is_text = [any(isinstance(row[n], str) for row in rows) for n in range(len(names))]
    needed = [max(map(len, (name, *(row[n] for row in cells)))) for n, name in enumerate(names)]
    least = [min(wide, WRAPPED) if wraps else wide for wide, wraps in zip(needed, is_text, strict=True)]
    if sum(least) + BORDER * len(names) < width or not rows:
        is_number = [any(isinstance(row[n], int | float) for row in rows) for n in range(len(names))]
        yield _across(names, cells, is_text, is_number)
    else:
        yield from _down(names, cells, width)


def _across(names: Sequence[str], cells: list[list[str]], is_text: list[bool], is_number: list[bool]) -> Table:
    table = Table()
    for name, text, number in zip(names, is_text, is_number, strict=True):
        table.add_column(name, justify="right" if number else "left", no_wrap=not text, overflow="fold")
    for row in cells:
        table.add_row(*row)
    return table


def _down(names: Sequence[str], cells: list[list[str]], width: int) -> Iterator[Table]:
    room = width - max(map(len, names)) - BORDER - 1
    while cells:
        taken, used = 1, max(map(len, cells[0])) + BORDER
        while taken < len(cells) and (used := used + max(map(len, cells[taken])) + BORDER) <= room:
            taken += 1
        table = Table(show_header=False)
        table.add_column(no_wrap=True)
        for _ in range(taken):
            table.add_column(justify="right" if taken > 1 else "left", overflow="fold")
        for name, *values in zip(names, *cells[:taken], strict=True):
            table.add_row(name, *values)
        yield table
        cells = cells[taken:]


def shown(value: object) -> str:
    """A value to read; a moment in UTC, to the minute where it is a whole one.

    >>> [shown(value) for value in (5_725_981_000_000.0, -1.588513, 202116, True, None)]
    ['5,725,981,000,000', '-1.58851', '202,116', 'True', '']
    >>> shown(datetime(2026, 1, 29, 21, 30)), shown(datetime(2022, 2, 25, 14, 51, 41))
    ('2026-01-29 21:30', '2022-02-25 14:51:41')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:,.6g}"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ").removesuffix(":00")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
