"""Which dated futures there are: quarterly ones, to the last Friday of March, June, September and December."""

from datetime import date, timedelta

QUARTER_ENDS = (3, 6, 9, 12)
#: How long before it expires a future is taken. Quarters are 13 or 14 weeks, so on every day there is one with 90 days
#: to go or more among them.
LONGEST_DAYS = 190
FRIDAY = 4


def quarterly(day: date) -> tuple[date, ...]:
    """The expiries that are taken on a day, that of the same day included, in order."""
    ends = (_last_friday(year, month) for year in (day.year, day.year + 1) for month in QUARTER_ENDS)
    return tuple(end for end in ends if day <= end <= day + timedelta(days=LONGEST_DAYS))


def _last_friday(year: int, month: int) -> date:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - FRIDAY) % 7)
