"""Weekly series on one calendar of Fridays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from assets.statistics.arrays import Bools, Floats, Ints

#: The Friday that weeks are counted from.
ORIGIN = date(1970, 1, 2)


@dataclass(frozen=True)
class Weekly:
    """One value a week from week number ``first`` on, NaN where there is none, and when each was known, in us."""

    first: int
    values: Floats
    known_at: Ints

    @property
    def end(self) -> int:
        return self.first + len(self.values)

    def between(self, first: int, end: int) -> "Weekly":
        """The same from one week up to, not including, another; both lie within it."""
        part = slice(first - self.first, end - self.first)
        return Weekly(first, self.values[part], self.known_at[part])


def weekly(frame: pl.DataFrame, name: str, value: str) -> Mapping[str, Weekly]:
    """Each named series of rows with ``week_ending``, a Friday, a value and ``known_at``; rows without a value drop."""
    found = {}
    for (key,), part in frame.drop_nulls(value).sort("week_ending").group_by([name], maintain_order=True):
        weeks = (
            part.select(((pl.col("week_ending") - ORIGIN).dt.total_days() // 7).cast(pl.Int64)).to_series().to_numpy()
        )
        first, length = int(weeks[0]), int(weeks[-1] - weeks[0]) + 1
        values, known_at = np.full(length, np.nan), np.zeros(length, dtype=np.int64)
        values[weeks - first] = part[value].to_numpy()
        known_at[weeks - first] = part["known_at"].dt.epoch("us").to_numpy()
        found[str(key)] = Weekly(first, values, known_at)
    return found


def number(week_ending: date) -> int:
    """The number of the week that ends on a Friday.

    >>> number(date(1970, 1, 16))
    2
    """
    return (week_ending - ORIGIN).days // 7


def friday(week: int) -> date:
    """The Friday of a week's number.

    >>> friday(0)
    datetime.date(1970, 1, 2)
    """
    return ORIGIN + timedelta(weeks=week)


@dataclass(frozen=True)
class Window:
    """Two series over the weeks that both span; ``is_known`` is where both have a value."""

    x: Weekly
    y: Weekly
    is_known: Bools

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last Friday."""
        return friday(self.x.first), friday(self.x.end - 1)

    @property
    def known_at(self) -> datetime:
        """When the latest value in it was known."""
        latest = max(self.x.known_at.max(), self.y.known_at.max())
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(latest))


def common(x: Weekly, y: Weekly) -> Window | None:
    """Two series cut to the weeks that both span; None where there are none."""
    first, end = max(x.first, y.first), min(x.end, y.end)
    if first >= end:
        return None
    x, y = x.between(first, end), y.between(first, end)
    return Window(x, y, ~(np.isnan(x.values) | np.isnan(y.values)))
