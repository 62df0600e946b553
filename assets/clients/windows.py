"""Stretches of days to ask for: where to start again, and cut into what an upstream answers at once."""

from datetime import date, timedelta

from warehouse.calendars import DAY, Calendar, open_on_or_before

#: Corrections of operations and statements are seen when they come within this many business days.
OVERLAP_DAYS = 10

Window = tuple[date, date]


def start_again(calendar: Calendar, first: date, newest: date | None) -> date:
    """The first day to ask for: ``first``, or the overlap before the newest day stored."""
    if newest is None:
        return first
    start = newest
    for _ in range(OVERLAP_DAYS):
        start = open_on_or_before(calendar, start - DAY)
    return max(first, start)


def windows(first: date, last: date, days: int) -> list[Window]:
    """Adjoining windows of at most ``days`` days, both ends included; at least one, if only of ``first``."""
    last = max(first, last)
    starts = range(first.toordinal(), last.toordinal() + 1, days)
    return [(day, min(day + timedelta(days - 1), last)) for day in map(date.fromordinal, starts)]
