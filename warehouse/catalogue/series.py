"""What is declared about one series."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from warehouse.calendars import Calendar, open_on_or_after
from warehouse.releases import Release
from warehouse.units import UNITS

Frequency = Literal["daily", "weekly", "monthly"]
#: How far behind the newest stored period a fetch starts again, so that corrections are seen.
OVERLAP: dict[Frequency, timedelta] = {
    "daily": timedelta(days=10),
    "weekly": timedelta(weeks=5),
    "monthly": timedelta(days=730),
}


@dataclass(frozen=True, kw_only=True)
class Series:
    """One number over time, as its upstream publishes it.

    ``low`` and ``high`` bound what is believable, in ``unit``; ``reference`` says what a period's value refers to
    (a Wednesday level and a week average are not the same thing). ``revised`` series are restated by design.
    ``served_from`` is where the upstream's own window starts when that is later than the series itself.
    ``brought_by`` is the series whose job brings this one too, when that is another one.
    """

    id: str
    upstream: str
    title: str
    unit: str
    frequency: Frequency
    reference: str
    release: Release
    calendar: Calendar
    since: date
    low: float
    high: float
    licence: str
    revised: bool = False
    served_from: str = ""
    brought_by: str = ""

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"series {self.id}: unit {self.unit!r} is not declared")

    @property
    def job(self) -> str:
        """The job that fetches it."""
        return self.brought_by or self.id

    def known_at(self, period: date) -> datetime:
        return self.release.known_at(period)

    def fetch_from(self, newest: date | None) -> date:
        """The first period to ask for, given the newest one stored."""
        return self.since if newest is None else max(self.since, newest - OVERLAP[self.frequency])

    def next_period(self, period: date) -> date:
        """The period after ``period`` on the series' own calendar."""
        if self.frequency == "weekly":
            return period + timedelta(weeks=1)
        if self.frequency == "monthly":
            return (period.replace(day=1) + timedelta(days=32)).replace(day=1)
        return open_on_or_after(self.calendar, period + timedelta(days=1))
