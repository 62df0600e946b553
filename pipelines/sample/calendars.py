"""Which days are open, and when a value about a day becomes public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

FIRST, LAST = date(2019, 1, 2), date(2026, 1, 30)
CLOCK = datetime(2026, 2, 2, 12, tzinfo=UTC)
NEW_YORK, CENTRAL = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
ONE_DAY = timedelta(days=1)
YEARS = range(2018, 2028)


@cache
def closures(calendar: str) -> frozenset[date]:
    """Weekdays off: fed (Reserve Banks, the Treasury), bond (H.15), money (repo), stock, none (7 days)."""
    if calendar == "none":
        return frozenset()
    market = {"fed": "XFED", "bond": "XSIF", "money": "XSIF", "stock": "NYSE"}[calendar]
    off = set(holidays.financial_holidays(market, years=YEARS))
    if calendar == "money":  # the bond market may open for half of Good Friday, the money market never does
        off |= {day for day, name in holidays.financial_holidays("NYSE", years=YEARS).items() if "Good Friday" in name}
    return frozenset(off)


def is_open(calendar: str, day: date) -> bool:
    return calendar == "none" or (day.weekday() < 5 and day not in closures(calendar))


def shift(calendar: str, day: date, steps: int) -> date:
    """The open day `steps` open days after (or before) `day`."""
    direction = 1 if steps > 0 else -1
    for _ in range(abs(steps)):
        day += direction * ONE_DAY
        while not is_open(calendar, day):
            day += direction * ONE_DAY
    return day


@cache
def days(calendar: str, first: date = FIRST, last: date = LAST) -> tuple[date, ...]:
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in every if is_open(calendar, day))


@cache
def weekdays() -> tuple[date, ...]:
    return tuple(day for day in days("none") if day.weekday() < 5)


@cache
def wednesdays() -> tuple[date, ...]:
    return tuple(day for day in days("none") if day.weekday() == 2)


@cache
def months() -> tuple[date, ...]:
    """First days of the months 2019-01 to 2025-12."""
    return tuple(date(year, month, 1) for year in range(2019, 2026) for month in range(1, 13))


@cache
def clock(day: date, hour: int, minute: int) -> float:
    """Epoch seconds of a New York wall-clock moment."""
    return datetime.combine(day, time(hour, minute), NEW_YORK).timestamp()


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _money_stock(day: date) -> float:
    """The fourth Tuesday of the next month."""
    first = _next_month(day)
    return clock(first + timedelta(days=(1 - first.weekday()) % 7 + 21), 13, 0)


def _income(day: date) -> float:
    """Four weeks after the month has ended, on an open day."""
    return clock(shift("fed", _next_month(day) + timedelta(days=26), 1), 8, 30)


RELEASES: dict[str, Callable[[date], float]] = {
    "h41": lambda day: clock(shift("fed", day, 1), 16, 30),
    "h15": lambda day: clock(day, 16, 15),
    "funds": lambda day: clock(shift("fed", day, 1), 16, 15),
    "secured": lambda day: clock(shift("money", day, 1), 8, 0),
    "unsecured": lambda day: clock(shift("fed", day, 1), 9, 0),
    "reserves_rate": lambda day: clock(shift("fed", day, -2), 16, 30),  # hence the rows dated in the future
    "target": lambda day: clock(day, 1, 0),
    "reverse_repo": lambda day: clock(day, 13, 20),
    "statement": lambda day: clock(shift("fed", day, 1), 16, 0),
    "evening": lambda day: clock(day, 20, 10),
    "morning": lambda day: clock(shift("fed", day, 1), 9, 0),
    "coin": lambda day: clock(day + ONE_DAY, 8, 0),
    "money_stock": _money_stock,
    "income": _income,
}


@cache
def public_at(rule: str, day: date) -> float:
    """Epoch seconds of the moment a value about `day` is first public."""
    return RELEASES[rule](day)


@cache
def central_day(moment: float) -> date:
    return datetime.fromtimestamp(moment, CENTRAL).date()
