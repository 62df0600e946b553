"""What the tables of the Daily Treasury Statement share: eras, calendar columns, sums to date."""

from __future__ import annotations

from datetime import date

from pipelines.sample.paths import Ints
from pipelines.sample.wire.lines import Line

TGA, FOUR_LINES = date(2021, 10, 1), date(2022, 4, 18)
CALENDAR = (
    "record_fiscal_year",
    "record_fiscal_quarter",
    "record_calendar_year",
    "record_calendar_quarter",
    "record_calendar_month",
    "record_calendar_day",
)


def account_of(day: date) -> str:
    return "Federal Reserve Account" if day < TGA else "Treasury General Account (TGA)"


def _fiscal_year(day: date) -> int:
    return day.year + (day.month >= 10)


def calendar_cells(day: date) -> Line:
    """Fiscal years begin in October."""
    quarter = (day.month + 2) // 3
    fiscal = (str(_fiscal_year(day)), str(quarter % 4 + 1))
    return (*fiscal, str(day.year), str(quarter), f"{day.month:02d}", f"{day.day:02d}")


def periods(days: tuple[date, ...]) -> tuple[list[int], list[int]]:
    """The month and the fiscal year of each day, as numbers that change with the period."""
    return [day.year * 12 + day.month for day in days], [_fiscal_year(day) for day in days]


def to_date(values: Ints, groups: list[int]) -> list[str]:
    """Running sums that begin anew with each group."""
    sums, total = [], 0
    for number, value in enumerate(values.tolist()):
        total = value + (total if number and groups[number] == groups[number - 1] else 0)
        sums.append(str(total))
    return sums


def first_of(values: Ints, groups: list[int]) -> list[str]:
    """The value of each group's first day, on all its days."""
    kept, firsts = "", []
    for number, value in enumerate(values.tolist()):
        kept = kept if number and groups[number] == groups[number - 1] else str(value)
        firsts.append(kept)
    return firsts
