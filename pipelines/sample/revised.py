"""The two monthly series that are revised after their first release: every value they had, and from when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipelines.sample.calendars import months, public_at
from pipelines.sample.paths import Floats, Pins, bridge, stream

# Billions of dollars, and billions of chained dollars at an annual rate.
MONEY: Pins = {
    "2019-01-01": 14_410,
    "2020-02-01": 15_460,
    "2020-06-01": 18_130,
    "2020-12-01": 19_110,
    "2022-03-01": 21_720,
    "2023-10-01": 20_680,
    "2024-12-01": 21_500,
    "2025-12-01": 22_410,
}
INCOME: Pins = {
    "2019-01-01": 15_560,
    "2020-02-01": 15_920,
    "2020-03-01": 15_700,
    "2020-04-01": 18_150,
    "2020-12-01": 16_050,
    "2021-01-01": 17_800,
    "2021-02-01": 16_350,
    "2021-03-01": 20_250,
    "2021-04-01": 17_250,
    "2022-06-01": 16_080,
    "2023-06-01": 17_050,
    "2024-12-01": 17_640,
    "2025-12-01": 17_960,
}
Versions = tuple[tuple[float, float], ...]


def _versions(rule: str, settled: Floats, errors: Floats, benchmark_month: int) -> list[tuple[date, Versions]]:
    """(published, value) per month: a first estimate, revised with each of the next releases, and once more
    with the yearly benchmark that restates all months before it. `errors`: a share per month and estimate."""
    calendar: Sequence[date] = months()
    history = []
    for number, month in enumerate(calendar):
        estimates = [
            (public_at(rule, calendar[number + lag]), settled[number] * (1 + errors[number, lag]))
            for lag in range(errors.shape[1] - 1)
            if number + lag < len(calendar)
        ]
        benchmark = next((later for later in calendar[number + 3 :] if later.month == benchmark_month), None)
        if benchmark:
            estimates.append((public_at(rule, benchmark), settled[number]))
        versions: list[tuple[float, float]] = []
        for published, value in estimates:
            if not versions or versions[-1][1] != round(float(value), 1):
                versions.append((published, round(float(value), 1)))
        history.append((month, tuple(versions)))
    return history


def money_stock(seed: int) -> list[tuple[date, Versions]]:
    random = stream(seed, "money stock")
    settled = bridge(months(), MONEY, random.normal(0, 25, len(months())))
    return _versions("money_stock", settled, random.normal(0, 0.0006, (len(months()), 3)), benchmark_month=2)


def disposable_income(seed: int) -> list[tuple[date, Versions]]:
    random = stream(seed, "disposable income")
    settled = bridge(months(), INCOME, random.normal(0, 30, len(months())))
    return _versions("income", settled, random.normal(0, 0.0035, (len(months()), 4)), benchmark_month=8)
