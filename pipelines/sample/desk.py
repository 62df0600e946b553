"""The Desk's outright operations, derived from the holdings: a week's purchases are what holdings grew by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipelines.sample.calendars import days, is_open, shift
from pipelines.sample.fed import BalanceSheet
from pipelines.sample.paths import Ints, stream


@dataclass(frozen=True)
class Purchase:
    """One operation of the Desk; `kind` is its operationType, `par` is what was accepted, in millions."""

    kind: str
    traded: date
    settled: date
    par: int
    submitted: int
    number: int


# part, operation type, first and last settlement week, operations per week at most
PROGRAMMES = (
    ("bills", "Outright Bill Purchase", date(2019, 10, 23), date(2020, 4, 15), 2),
    ("notesbonds", "Outright Coupon Purchase", date(2020, 3, 18), date(2022, 3, 16), 5),
    ("tips", "Outright TIPS Purchase", date(2020, 3, 18), date(2022, 3, 16), 1),
    ("bills", "Outright Bill Purchase", date(2025, 12, 17), date(2026, 12, 30), 2),
)


def _split(total: int, parts: int, random: np.random.Generator) -> list[int]:
    """`total` millions in about equal parts that add up to it exactly."""
    weights = random.uniform(0.8, 1.2, parts)
    shares = [int(share) for share in np.floor(total * weights / weights.sum())]
    return [*shares[:-1], total - sum(shares[:-1])]


def treasury_purchases(seed: int, sheet: BalanceSheet) -> list[Purchase]:
    """Trades settle a business day later; those settled after the last Wednesday make the week's growth."""
    random, purchases = stream(seed, "desk"), []
    for part, kind, first, last, often in PROGRAMMES:
        held: Ints = sheet.cents[part] // 100_000_000
        for number in range(1, len(sheet.weeks)):
            growth, week = int(held[number] - held[number - 1]), sheet.weeks[number]
            if not first <= week <= last or growth <= 0:
                continue
            open_days = days("money", sheet.weeks[number - 1] + timedelta(days=1), week)
            settlements = open_days if often == 5 else open_days[::-2][:often][::-1]
            for settled, par in zip(settlements, _split(growth, len(settlements), random), strict=True):
                submitted = int(par * random.uniform(2.2, 4.5))
                purchases.append(Purchase(kind, shift("money", settled, -1), settled, par, submitted, 0))
    return _numbered(purchases)


def mortgage_operations(seed: int) -> list[Purchase]:
    """Purchases of 2020 to 2022 to be settled in mid-month, then nothing but two small exercises a year."""
    random, operations = stream(seed, "mortgage desk"), []
    for day in days("money", date(2020, 3, 16), date(2022, 3, 11)):
        par = int(random.uniform(12_000, 24_000) if day < date(2020, 5, 1) else random.uniform(3_000, 6_500))
        month = day if day.day < 10 else day + timedelta(days=30)
        settled = shift("money", month.replace(day=20), 1)
        operations.append(Purchase("Outright TBA Purchase", day, settled, par, int(par * random.uniform(2, 3)), 0))
    for day in (date(year, month, 15) for year in range(2023, 2026) for month in (5, 10)):
        day = day if is_open("money", day) else shift("money", day, 1)
        operations.append(
            Purchase(
                "Outright Specified Pool Sale",
                day,
                shift("money", day, 3),
                int(random.integers(30, 80)),
                260,
                0,
            )
        )
    return _numbered(operations)


def _numbered(operations: list[Purchase]) -> list[Purchase]:
    """Oldest first, numbered within the day; a number may return in another family, never within one."""
    ordered, numbered, seen = (
        sorted(operations, key=lambda one: (one.traded, one.kind)),
        [],
        dict[date, int](),
    )
    for one in ordered:
        seen[one.traded] = seen.get(one.traded, 0) + 1
        numbered.append(Purchase(one.kind, one.traded, one.settled, one.par, one.submitted, seen[one.traded]))
    return numbered
