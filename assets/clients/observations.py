"""From cells to observations: the strictness every series' parser shares."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from assets.clients import cells as read
from warehouse.catalogue import SERIES, Series
from warehouse.claims import Parsed, Rejected, Reply, UpstreamError
from warehouse.releases import new_york
from warehouse.tables.facts import OBSERVATION


class Cell(NamedTuple):
    """One value: where it stands, the ISO date it is about, and the day of its archived vintage if any."""

    locator: str
    day: str
    value: object
    vintage_day: str = ""


@cache
def _known_at(series_id: str, period: date) -> datetime:
    return SERIES[series_id].known_at(period)


def observations(
    parsed: Parsed,
    reply: Reply,
    series: Series,
    cells: Iterable[Cell],
    missing: tuple[str | None, ...],
    *,
    required: bool = True,
) -> None:
    """Add a series' values of one reply.

    A cell in ``missing`` is no claim. A cell that is neither missing nor a number, or whose date is none, is
    rejected; so are all cells of a period that comes twice. Raises UpstreamError when a ``required`` series
    has no value at all: a fetch starts at or before the newest value stored, so there is one.
    """

    def reject(cell: Cell, reason: str) -> None:
        parsed.rejected.append(
            Rejected(
                landed=reply.landed,
                locator=cell.locator,
                source=series.id,
                field=f"value of {read.shown(cell.day)}",
                value=read.shown(cell.value),
                reason=reason,
            )
        )

    found: list[tuple[Cell, dict[str, Any]]] = []
    count = 0
    for cell in cells:
        count += 1
        if cell.value in missing:
            continue
        try:
            found.append((cell, _claim(series, cell)))
        except ValueError:
            reject(cell, "not a date and a number")
    times = Counter((row["period"], row["known_at"]) for _, row in found)
    rows = []
    for cell, row in found:
        if times[row["period"], row["known_at"]] > 1:
            reject(cell, "this period comes more than once")
        else:
            rows.append(row)
    if rows:
        parsed.add(OBSERVATION, rows, reply)
    elif required:
        raise UpstreamError(series.id, f"none of {count} rows has a value", request=reply.landed.request)


def _claim(series: Series, cell: Cell) -> dict[str, Any]:
    period, value = read.day(cell.day), read.number(cell.value)
    vintage = new_york(read.day(cell.vintage_day), series.release.at) if cell.vintage_day else None
    return {
        "series_id": series.id,
        "period": period,
        "value": value,
        "unit": series.unit,
        "known_at": vintage or _known_at(series.id, period),
        "known_at_basis": "vintage" if vintage else "rule",
        "locator": cell.locator,
    }
