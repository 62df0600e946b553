"""Stretches without a value between two that are stored, found for all series at once."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, cast, get_args

import numpy as np
import polars as pl

from warehouse.calendars import Calendar, open_ordinals, unscheduled

if TYPE_CHECKING:
    from warehouse.calendars import Ordinals

CALENDARS: tuple[Calendar, ...] = get_args(Calendar)
EPOCH = date(1970, 1, 1)
MONDAY = np.int64(4)  # 1970-01-05


def holes(steps: pl.DataFrame) -> pl.DataFrame:
    """Rows of a table, a key, first and last day missing, reason, and since when that can be seen.

    A step is from one day that is stored, ``before``, to the next one, ``day``. ``due`` is the calendar on which values
    are due, or weekly or monthly. What is between can be seen when both are there.
    """
    pairs = steps.filter(pl.col("before").is_not_null())
    none = pairs.select(_row(pl.col("day"), pl.col("day"))).clear()
    found = [_between(pairs.filter(pl.col("due") == due), due) for due in pairs["due"].unique(maintain_order=True)]
    found += [_spanning(pairs.filter(pl.col("due") == name), unscheduled(name)) for name in CALENDARS]
    return pl.concat([none, *found])


def _between(pairs: pl.DataFrame, due: str) -> pl.DataFrame:
    """The stretch between each pair, where one value at least was due."""
    before, after = _ordinals(pairs["before"]), _ordinals(pairs["day"])
    if due == "weekly":
        # A weekly value may be dated a day off when its Wednesday is a holiday: its week is what counts.
        weeks_before, weeks_after = (before - MONDAY) // 7, (after - MONDAY) // 7
        wednesday = MONDAY + 2
        first, last = (weeks_before + 1) * 7 + wednesday, (weeks_after - 1) * 7 + wednesday
    elif due == "monthly":
        first, last = _month_starts(before, 1), _month_starts(after, -1)
    else:
        first_year, last_year = (cast(date, day).year for day in (pairs["before"].min(), pairs["day"].max()))
        days = open_ordinals(cast(Calendar, due), first_year, last_year)
        if not len(days):
            return pairs.select(_row(pl.col("day"), pl.col("day"))).clear()
        next_open = np.searchsorted(days, before, "right")
        last_open = np.searchsorted(days, after, "left") - 1
        first = np.where(next_open < len(days), days[np.minimum(next_open, len(days) - 1)], after)
        last = np.where(last_open >= 0, days[np.maximum(last_open, 0)], before)
    return (
        pairs.with_columns(first=pl.Series(first).cast(pl.Int32), last=pl.Series(last).cast(pl.Int32))
        .filter(pl.col("first") <= pl.col("last"))
        .select(_row(pl.col("first").cast(pl.Date), pl.col("last").cast(pl.Date)))
    )


def _spanning(pairs: pl.DataFrame, closed: list[date]) -> pl.DataFrame:
    """The unscheduled holidays that lie between a pair, adjoining ones as one stretch."""
    found = []
    for first, last in _stretches(closed):
        spans = pairs.filter((pl.col("before") < first) & (pl.col("day") > last))
        found.append(spans.with_columns(reason=pl.lit("closed")).select(_row(pl.lit(first), pl.lit(last))))
    return pl.concat([pairs.select(_row(pl.col("day"), pl.col("day"))).clear(), *found])


def _stretches(days: list[date]) -> Iterator[tuple[date, date]]:
    stretch: list[date] = []
    for day in days:
        if stretch and (day - stretch[-1]).days > 1:
            yield stretch[0], stretch[-1]
            stretch = []
        stretch.append(day)
    if stretch:
        yield stretch[0], stretch[-1]


def _row(first: pl.Expr, last: pl.Expr) -> list[pl.Expr]:
    return [
        pl.col("table_name"),
        pl.col("key"),
        first.alias("from_period"),
        last.alias("to_period"),
        pl.col("reason"),
        pl.max_horizontal("before_at", "received_at").alias("first_seen_at"),
    ]


def _ordinals(days: pl.Series) -> "Ordinals":
    return days.cast(pl.Int32).to_numpy().astype(np.int64)


def _month_starts(ordinals: "Ordinals", months: int) -> "Ordinals":
    """The first day of the month so many months later."""
    return (ordinals.astype("datetime64[D]").astype("datetime64[M]") + months).astype("datetime64[D]").astype(np.int64)
