"""When the ledger looks: the end of the claim's own day, of each week, month or quarter since, and now."""

from datetime import UTC, date, datetime, time, timedelta

FRIDAY = 4


def looks(since: date, looked_at: str, newest: datetime) -> list[datetime]:
    """The ends of days in UTC up to the newest moment, which is the last look.

    >>> [f"{look:%m-%d}" for look in looks(date(2026, 1, 9), "monthly", datetime(2026, 3, 2, 12, tzinfo=UTC))]
    ['01-09', '01-31', '02-28', '03-02']
    """
    days = [since, *(day for day in _days(since, newest.date()) if is_look(day, looked_at))]
    ends = {datetime.combine(day, time.max, UTC) for day in days}
    return [*sorted(end for end in ends if end < newest), *([newest] if newest.date() >= since else [])]


def is_look(day: date, looked_at: str) -> bool:
    """Whether a day is a Friday, or the last one of its month or quarter."""
    if looked_at == "weekly":
        return day.weekday() == FRIDAY
    following = day + timedelta(days=1)
    return following.day == 1 and (looked_at == "monthly" or following.month in (1, 4, 7, 10))


def _days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=n) for n in range((until - since).days + 1)]
