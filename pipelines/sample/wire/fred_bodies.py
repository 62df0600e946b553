"""What FRED says about a series: its description, observations and vintages, as of a real-time window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.sample.calendars import CENTRAL, central_day
from pipelines.sample.catalogue import FREQUENCIES, UNITS, Entry
from pipelines.sample.series import Point

BEGIN, END = date(1776, 7, 4), date(9999, 12, 31)
MOST_VINTAGES = 2_000
Query = Mapping[str, str]
Body = dict[str, Any]


class BadRequest(Exception):
    """A request the API refuses with 400 and this sentence."""


def _day(query: Query, name: str, default: date) -> date:
    try:
        return date.fromisoformat(query.get(name) or default.isoformat())
    except ValueError:
        raise BadRequest(f"The value for variable {name} is not a valid YYYY-MM-DD date string.") from None


def _window(query: Query, start: date, end: date) -> tuple[date, date]:
    start, end = _day(query, "realtime_start", start), _day(query, "realtime_end", end)
    if start > end:
        raise BadRequest("The value for variable realtime_start can not be after realtime_end.")
    return start, end


def _page(rows: list[Any], query: Query, most: int) -> tuple[list[Any], int, int]:
    if query.get("sort_order", "asc") == "desc":
        rows = rows[::-1]
    limit, offset = query.get("limit", str(most)), query.get("offset", "0")
    if not (limit.isdigit() and offset.isdigit() and 1 <= int(limit) <= most):
        raise BadRequest(f"The value for variable limit is not between 1 and {most}.")
    return rows[int(offset) : int(offset) + int(limit)], int(limit), int(offset)


def _vintage_days(known: list[Point], start: date, end: date) -> list[date]:
    days = {central_day(moment) for _, versions in known for moment, _ in versions}
    return sorted(day for day in days if start <= day <= end)


def _validity(point: Point) -> Iterator[tuple[date, date, str]]:
    """First and last real-time day of each version; of two on one day the later one counts."""
    starts = {central_day(moment): text for moment, text in point[1]}
    ends = [following - timedelta(days=1) for following in list(starts)[1:]] + [END]
    return ((start, end, text) for (start, text), end in zip(starts.items(), ends, strict=True))


def observations(entry: Entry, known: list[Point], today: date, query: Query) -> Body:
    if query.get("output_type", "1") != "1" or query.get("units", "lin") != "lin" or query.get("frequency"):
        raise BadRequest("The sample world serves output_type 1, units lin and the native frequency only.")
    start, end = _window(query, today, today)
    if len(vintages := _vintage_days(known, start, end)) > MOST_VINTAGES:
        raise BadRequest(
            f"There are {len(vintages)} vintage dates in the specified real-time period: {start} to {end}.  "
            f"This exceeds the maximum number of vintage dates allowed for this file type ({MOST_VINTAGES})."
        )
    first, last = _day(query, "observation_start", BEGIN), _day(query, "observation_end", END)
    rows = [
        {
            "realtime_start": max(opened, start).isoformat(),
            "realtime_end": min(closed, end).isoformat(),
            "date": point[0],
            "value": text or ".",
        }
        for point in known
        if first.isoformat() <= point[0] <= last.isoformat()
        for opened, closed, text in _validity(point)
        if opened <= end and closed >= start
    ]
    shown, limit, offset = _page(rows, query, 100_000)
    return {
        "realtime_start": f"{start}",
        "realtime_end": f"{end}",
        "observation_start": f"{first}",
        "observation_end": f"{last}",
        "units": "lin",
        "output_type": 1,
        "file_type": query.get("file_type", "xml"),
        "order_by": "observation_date",
        "sort_order": query.get("sort_order", "asc"),
        "count": len(rows),
        "offset": offset,
        "limit": limit,
        "observations": shown,
    }


def vintages(entry: Entry, known: list[Point], today: date, query: Query) -> Body:
    start, end = _window(query, BEGIN, END)
    days = [day.isoformat() for day in _vintage_days(known, start, end)]
    shown, limit, offset = _page(days, query, 10_000)
    return {
        "realtime_start": f"{start}",
        "realtime_end": f"{end}",
        "order_by": "vintage_date",
        "sort_order": query.get("sort_order", "asc"),
        "count": len(days),
        "offset": offset,
        "limit": limit,
        "vintage_dates": shown,
    }


def description(entry: Entry, known: list[Point], today: date, query: Query) -> Body:
    start, end = _window(query, today, today)
    updated = max((moment for _, versions in known for moment, _ in versions), default=0.0)
    stamp = datetime.fromtimestamp(updated, UTC).astimezone(CENTRAL).strftime("%Y-%m-%d %H:%M:%S%z")[:-2]
    units, frequency = UNITS[entry.units], FREQUENCIES[entry.frequency]
    return {
        "realtime_start": f"{start}",
        "realtime_end": f"{end}",
        "seriess": [
            {
                "id": entry.id,
                "realtime_start": f"{start}",
                "realtime_end": f"{end}",
                "title": entry.title,
                "observation_start": known[0][0] if known else "",
                "observation_end": known[-1][0] if known else "",
                "frequency": frequency[0],
                "frequency_short": frequency[1],
                "units": units[0],
                "units_short": units[1],
                "seasonal_adjustment": entry.adjustment[0],
                "seasonal_adjustment_short": entry.adjustment[1],
                "last_updated": stamp,
                "popularity": 1,
                "group_popularity": 1,
                "notes": "Synthetic.",
            }
        ],
    }
