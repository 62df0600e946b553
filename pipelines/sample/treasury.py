"""The Treasury's cash: a closing balance per statement day whose week averages hit the published ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.sample.calendars import ONE_DAY, days, wednesdays
from pipelines.sample.paths import Ints, Pins, bridge, stream

BEFORE = date(2018, 12, 26)  # the week that ends on 2019-01-02 has days before the world begins
# Billions of dollars at the close of the day: the shape of the account.
CLOSES: Pins = {
    "2018-12-26": 370,
    "2019-03-06": 200,
    "2019-04-24": 405,
    "2019-08-14": 130,
    "2019-10-30": 390,
    "2020-02-19": 380,
    "2020-03-25": 420,
    "2020-04-29": 1_060,
    "2020-06-17": 1_550,
    "2020-07-22": 1_780,
    "2020-07-27": 1_829,
    "2020-07-29": 1_815,
    "2020-08-05": 1_770,
    "2020-10-28": 1_690,
    "2020-12-30": 1_600,
    "2021-02-24": 1_440,
    "2021-04-28": 930,
    "2021-07-28": 560,
    "2021-09-08": 265,
    "2021-09-15": 232,
    "2021-10-13": 85,
    "2021-12-15": 110,
    "2022-01-26": 640,
    "2022-04-27": 950,
    "2022-09-28": 650,
    "2022-12-28": 420,
    "2023-02-01": 500,
    "2023-05-31": 48,
    "2023-07-26": 545,
    "2023-10-25": 835,
    "2024-01-03": 745,
    "2024-04-24": 935,
    "2024-08-28": 780,
    "2024-12-31": 720,
    "2025-02-12": 810,
    "2025-04-09": 285,
    "2025-04-30": 640,
    "2025-07-09": 312,
    "2025-09-24": 800,
    "2025-10-08": 806,
    "2025-10-30": 958,
    "2025-12-10": 815,
    "2025-12-24": 850,
    "2025-12-31": 832,
    "2026-01-07": 780,
    "2026-01-14": 779,
    "2026-01-30": 905,
}
# Millions of dollars: the average of the seven days that end on the Wednesday.
WEEK_AVERAGES = {
    "2020-07-29": 1_816_687,
    "2021-09-15": 230_328,
    "2022-12-28": 427_926,
    "2024-01-03": 758_448,
    "2025-10-08": 807_427,
    "2025-12-31": 837_306,
    "2026-01-07": 796_148,
}


@dataclass(frozen=True)
class Cash:
    """Closing balances in millions by statement day, and what the Fed prints of them for its weeks."""

    closes: dict[date, int]
    week_average: dict[date, int]
    wednesday_level: dict[date, int]


def _week(wednesday: date) -> list[date]:
    """Thursday to Wednesday."""
    return [wednesday - n * ONE_DAY for n in range(6, -1, -1)]


def _statement(closes: dict[date, int], day: date) -> date:
    """The statement day whose close still stands on `day`."""
    while day not in closes:
        day -= ONE_DAY
    return day


def _hit(closes: dict[date, int], wednesday: date, average: int) -> None:
    """Moves the closes of one week so that their seven-day average is `average` to the million."""
    inside = [day for day in _week(wednesday) if day in closes]
    standing = [_statement(closes, day) for day in _week(wednesday)]
    weights = {day: standing.count(day) for day in inside}
    gap = 7 * average - sum(closes[day] for day in standing)
    for day in inside:
        closes[day] += gap // sum(weights.values())
    rest = 7 * average - sum(closes[day] for day in standing)
    closes[next(day for day in reversed(inside) if weights[day] == 1)] += rest


def cash(seed: int) -> Cash:
    statements = days("fed", BEFORE)
    steps = stream(seed, "cash").normal(0, 9, len(statements))
    level = bridge(statements, CLOSES, steps)
    level = 25 + np.abs(level - 25)
    millions: Ints = np.rint(level * 1_000 + stream(seed, "odd millions").integers(-400, 400, len(level))).astype(
        np.int64
    )
    closes = dict(zip(statements, (int(value) for value in millions), strict=True))
    for day, average in WEEK_AVERAGES.items():
        _hit(closes, date.fromisoformat(day), average)
    averages, levels = {}, {}
    for wednesday in wednesdays():
        standing = [closes[_statement(closes, day)] for day in _week(wednesday) if day >= BEFORE]
        averages[wednesday] = (2 * sum(standing) + len(standing)) // (2 * len(standing))
        levels[wednesday] = closes[_statement(closes, wednesday)]
    return Cash(closes, averages, levels)
