"""The business-day calendars that decide when something is published and what an empty reply means."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

import holidays

if TYPE_CHECKING:
    import numpy as np

    Ordinals = np.ndarray[tuple[int], np.dtype[np.int64]]

Calendar = Literal["every_day", "fed", "federal", "bond", "repo", "nyse"]
DAY = timedelta(days=1)

#: Before this year a calendar's holidays are not known.
KNOWN_FROM: dict[Calendar, int] = {"bond": 1996, "repo": 1996}
DESCRIPTIONS: dict[Calendar, str] = {
    "every_day": "All calendar days.",
    "fed": "Federal Reserve Banks are open; a Saturday holiday is not moved.",
    "federal": "Federal offices are open; a Saturday holiday is kept on the Friday before.",
    "bond": "The US government-bond market is open (SIFMA).",
    "repo": "Repo rates and operations: the bond market is open, and it is not Good Friday.",
    "nyse": "The New York Stock Exchange is open, unscheduled closures included.",
}


@cache
def _holidays(calendar: Calendar) -> holidays.HolidayBase:
    if calendar == "federal":
        return holidays.country_holidays("US")
    exchange = {"fed": "XFED", "bond": "XSIF", "repo": "XSIF", "nyse": "XNYS"}[calendar]
    return holidays.financial_holidays(exchange)


@cache
def _is_good_friday(day: date) -> bool:
    return "Good Friday" in _holidays("nyse").get(day, "")


@cache
def is_open(calendar: Calendar, day: date) -> bool:
    if calendar == "every_day":
        return True
    if day.weekday() >= 5 or day in _holidays(calendar):
        return False
    return calendar != "repo" or not _is_good_friday(day)


def open_on_or_after(calendar: Calendar, day: date) -> date:
    while not is_open(calendar, day):
        day += DAY
    return day


def open_on_or_before(calendar: Calendar, day: date) -> date:
    while not is_open(calendar, day):
        day -= DAY
    return day


def open_days(calendar: Calendar, first: date, last: date) -> Iterator[date]:
    """Open days from ``first`` to ``last``, both included."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if is_open(calendar, day):
            yield day


def open_ordinals(calendar: Calendar, first_year: int, last_year: int) -> "Ordinals":
    """The open days of whole years in order, as days since 1970-01-01; none of before a calendar is known."""
    import numpy as np

    first_year = max(first_year, KNOWN_FROM.get(calendar, first_year))
    days = np.arange(np.datetime64(date(first_year, 1, 1)), np.datetime64(date(last_year + 1, 1, 1)))
    if calendar != "every_day":
        closed = [day for day in _named(calendar, first_year, last_year) if not is_open(calendar, day)]
        days = days[np.is_busday(days, holidays=np.array(closed, "datetime64[D]"))]
    return days.astype(np.int64)


def unscheduled(calendar: Calendar) -> list[date]:
    """Weekdays on which a market that keeps a calendar of its own was closed for once."""
    if calendar != "nyse":
        return []
    years = _holidays(calendar).special_public_holidays
    found = {
        date(year, month, day)
        for year, of_year in years.items()
        for month, day, _ in ((of_year,) if isinstance(of_year[0], int) else of_year)
    }
    return sorted(day for day in found if day.weekday() < 5)


def _named(calendar: Calendar, first_year: int, last_year: int) -> set[date]:
    """Every day that may be a holiday, of these years and perhaps of others."""
    found: set[date] = set()
    for each in (_holidays(calendar), _holidays("nyse")):
        for year in range(first_year, last_year + 1):
            each.get(date(year, 1, 1))  # a year is made when it is asked for
        found.update(each)
    return found


def add_open_days(calendar: Calendar, day: date, count: int) -> date:
    """The ``count``-th open day after ``day``."""
    for _ in range(count):
        day = open_on_or_after(calendar, day + DAY)
    return day
