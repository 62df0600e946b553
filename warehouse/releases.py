"""Release rules: when a value about a period could first be known. Clock times are New York's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from warehouse.calendars import Calendar, open_on_or_after, open_on_or_before

NEW_YORK = ZoneInfo("America/New_York")


def new_york(day: date, at: time) -> datetime:
    """A New York wall-clock time as a UTC moment."""
    return datetime.combine(day, at, NEW_YORK).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Release:
    """``days`` after the ``anchor`` of the period, rolled to an open day of ``calendar``, at New York ``at``.

    ``weekday_nth`` instead picks e.g. the fourth Tuesday (``(1, 4)``) of the month after the period's.
    ``moved`` lists releases that came out on another day than the rule says.
    """

    doc: str
    at: time
    calendar: Calendar = "every_day"
    anchor: Literal["period", "month_end"] = "period"
    days: int = 0
    roll: Literal["forward", "backward"] = "forward"
    weekday_nth: tuple[int, int] | None = None
    moved: Mapping[date, date] = field(default_factory=dict, hash=False)

    def day(self, period: date) -> date:
        if period in self.moved:
            return self.moved[period]
        if self.weekday_nth:
            weekday, nth = self.weekday_nth
            first = _next_month(period)
            return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
        anchor = period if self.anchor == "period" else _next_month(period) - timedelta(days=1)
        roll = open_on_or_after if self.roll == "forward" else open_on_or_before
        return roll(self.calendar, anchor + timedelta(days=self.days))

    def known_at(self, period: date) -> datetime:
        return new_york(self.day(period), self.at)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


H41 = Release(
    doc="H.4.1: Thursday 16:30, the next business day when that is a holiday.",
    at=time(16, 30),
    calendar="fed",
    days=1,
    # Federal offices were closed by order on 2025-12-24 and 2025-12-26.
    moved={date(2025, 12, 24): date(2025, 12, 29)},
)
H15 = Release(doc="H.15: the next federal business day 16:16.", at=time(16, 16), calendar="federal", days=1)
SAME_DAY_EVENING = Release(doc="The same day 17:03.", at=time(17, 3))
SPREAD_CLOSE = Release(doc="ICE index closes: the next business day 09:58.", at=time(9, 58), calendar="fed", days=1)
SECURED_RATE = Release(doc="Secured rates: the next repo-market day 08:02.", at=time(8, 2), calendar="repo", days=1)
UNSECURED_RATE = Release(doc="Unsecured rates: the next business day 09:00.", at=time(9, 0), calendar="fed", days=1)
ADMINISTERED_RATE = Release(
    doc="Administered rates: announced by 16:31 of the business day before they apply.",
    at=time(16, 31),
    calendar="fed",
    days=-1,
    roll="backward",
)
REVERSE_REPO = Release(doc="Overnight reverse repo: the operation day 14:02 on FRED.", at=time(14, 2))
REPO_RESULT = Release(doc="Repo results without a stamp: the operation day 14:30.", at=time(14, 30))
OUTRIGHT_RESULT = Release(doc="Outright results without a stamp: the operation day 14:30.", at=time(14, 30))
H6 = Release(doc="H.6: the fourth Tuesday of the next month 13:00.", at=time(13, 0), weekday_nth=(1, 4))
PERSONAL_INCOME = Release(
    doc="Personal income and outlays: about the end of the next month 08:30.",
    at=time(8, 30),
    calendar="federal",
    anchor="month_end",
    days=30,
)
DAILY_TREASURY_STATEMENT = Release(
    doc="Daily Treasury Statement: the next business day 16:00.", at=time(16, 0), calendar="fed", days=1
)
EQUITY_CLOSE = Release(doc="Equity closes: the session's day 16:30.", at=time(16, 30))
INDEX_ON_FRED = Release(doc="Index closes on FRED: the same day 21:00.", at=time(21, 0))
VIX_ON_FRED = Release(doc="VIX on FRED: the next business day 09:58.", at=time(9, 58), calendar="fed", days=1)
COIN_DAY = Release(doc="Coins: when the day has ended in UTC, the same day 20:01.", at=time(20, 1))
COIN_ON_FRED = Release(doc="Coinbase on FRED: the next day 12:00.", at=time(12, 0), days=1)
GSE_SUMMARY = Release(
    doc="Issuers' monthly summaries: 30 days after the month's end, 16:00.",
    at=time(16, 0),
    calendar="federal",
    anchor="month_end",
    days=30,
)
END_OF_DAY = Release(doc="The end of the event's day in New York.", at=time(0, 0), days=1)
