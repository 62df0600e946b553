"""What the Fed borrows and lends overnight: the reverse repo facility and the standing repo facility."""

from __future__ import annotations

from datetime import date

from pipelines.sample.calendars import days
from pipelines.sample.paths import Pins, bridge, stream

# Billions of dollars a day.
REVERSE_REPO: Pins = {
    "2019-01-02": 6,
    "2019-12-31": 30,
    "2020-01-15": 4,
    "2020-03-17": 60,
    "2020-04-30": 2,
    "2021-03-15": 0.05,
    "2021-03-31": 134,
    "2021-05-28": 479,
    "2021-06-30": 992,
    "2021-09-15": 1081.342,
    "2021-09-30": 1605,
    "2021-12-31": 1905,
    "2022-03-15": 1600,
    "2022-06-30": 2330,
    "2022-09-30": 2426,
    "2022-12-28": 2293.003,
    "2022-12-30": 2553.716,
    "2023-06-02": 2140,
    "2023-10-02": 1365,
    "2023-12-29": 1018,
    "2024-01-02": 704.864,
    "2024-03-15": 414,
    "2024-12-30": 240,
    "2024-12-31": 473,
    "2025-02-14": 67,
    "2025-06-27": 285,
    "2025-06-30": 461,
    "2025-08-29": 30,
    "2025-10-08": 5.021,
    "2025-12-30": 12.605,
    "2025-12-31": 105.993,
    "2026-01-02": 5.667,
    "2026-01-07": 4.582,
    "2026-01-30": 9.634,
}
# Standing repo facility, billions a day; every other day is a real zero.
STANDING_REPO: Pins = {
    "2025-06-30": 11.08,
    "2025-09-15": 1.5,
    "2025-09-30": 4.2,
    "2025-10-15": 6.75,
    "2025-10-16": 8.35,
    "2025-10-30": 10.2,
    "2025-10-31": 50.35,
    "2025-11-03": 22.0,
    "2025-11-04": 4.1,
    "2025-11-25": 2.3,
    "2025-12-01": 26.0,
    "2025-12-15": 5.8,
    "2025-12-29": 25.95,
    "2025-12-30": 16.0,
    "2025-12-31": 74.6,
    "2026-01-02": 9.1,
    "2026-01-15": 3.0,
}


def reverse_repo(seed: int) -> dict[date, int]:
    """Millions taken overnight from domestic counterparties, with a jump at the end of each quarter."""
    money = days("money")
    level = bridge(money, REVERSE_REPO, stream(seed, "reverse repo").normal(0, 0.03, len(money)), log=True)
    millions = {}
    for number, day in enumerate(money):
        amount = level[number]
        closes_quarter = day.month % 3 == 0 and number + 1 < len(money) and money[number + 1].month != day.month
        if closes_quarter and day.isoformat() not in REVERSE_REPO:
            amount = min(amount * (1.2 if amount > 50 else 6.0), 2_500.0)
        millions[day] = round(float(amount) * 1_000)
    return millions


def standing_repo() -> dict[date, int]:
    """Millions lent overnight each day since the facility opened."""
    return {day: round(STANDING_REPO.get(day.isoformat(), 0.0) * 1_000) for day in days("money", date(2021, 7, 29))}
