"""The rates the Fed sets, in percent."""

from __future__ import annotations

from datetime import date

# effective day, target range from and to, interest on reserves, rate of the reverse repo facility
POLICY: tuple[tuple[date, *tuple[float, ...]], ...] = (
    (date(2018, 12, 20), 2.25, 2.50, 2.40, 2.25),
    (date(2019, 5, 2), 2.25, 2.50, 2.35, 2.25),
    (date(2019, 8, 1), 2.00, 2.25, 2.10, 2.00),
    (date(2019, 9, 19), 1.75, 2.00, 1.80, 1.70),
    (date(2019, 10, 31), 1.50, 1.75, 1.55, 1.45),
    (date(2020, 1, 30), 1.50, 1.75, 1.60, 1.50),
    (date(2020, 3, 4), 1.00, 1.25, 1.10, 1.00),
    (date(2020, 3, 16), 0.00, 0.25, 0.10, 0.00),
    (date(2021, 6, 17), 0.00, 0.25, 0.15, 0.05),
    (date(2022, 3, 17), 0.25, 0.50, 0.40, 0.30),
    (date(2022, 5, 5), 0.75, 1.00, 0.90, 0.80),
    (date(2022, 6, 16), 1.50, 1.75, 1.65, 1.55),
    (date(2022, 7, 28), 2.25, 2.50, 2.40, 2.30),
    (date(2022, 9, 22), 3.00, 3.25, 3.15, 3.05),
    (date(2022, 11, 3), 3.75, 4.00, 3.90, 3.80),
    (date(2022, 12, 15), 4.25, 4.50, 4.40, 4.30),
    (date(2023, 2, 2), 4.50, 4.75, 4.65, 4.55),
    (date(2023, 3, 23), 4.75, 5.00, 4.90, 4.80),
    (date(2023, 5, 4), 5.00, 5.25, 5.15, 5.05),
    (date(2023, 7, 27), 5.25, 5.50, 5.40, 5.30),
    (date(2024, 9, 19), 4.75, 5.00, 4.90, 4.80),
    (date(2024, 11, 8), 4.50, 4.75, 4.65, 4.55),
    (date(2024, 12, 19), 4.25, 4.50, 4.40, 4.25),
    (date(2025, 9, 18), 4.00, 4.25, 4.15, 4.00),
    (date(2025, 10, 30), 3.75, 4.00, 3.90, 3.75),
    (date(2025, 12, 11), 3.50, 3.75, 3.65, 3.50),
)


def policy(day: date, column: int) -> float:
    """Column 1 and 2: target range; 3: interest on reserves; 4: reverse repo rate; in force on `day`."""
    return next(rates for since, *rates in reversed(POLICY) if since <= day)[column - 1]
