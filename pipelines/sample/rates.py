"""Market rates in percent: overnight rates, Treasury yields, credit spreads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from pipelines.sample.calendars import days
from pipelines.sample.paths import Floats, Pins, bridge, line, ordinals, stream
from pipelines.sample.policy import policy

# SOFR less the interest on reserves: the market's shape, and the days it broke it.
FUNDING: Pins = {
    "2019-01-02": 0.02,
    "2020-03-20": -0.05,
    "2021-06-17": -0.10,
    "2023-12-01": -0.08,
    "2024-09-15": -0.06,
    "2025-06-01": -0.08,
    "2025-09-10": 0.01,
    "2025-10-27": 0.12,
    "2025-12-10": 0.06,
    "2026-01-30": 0.01,
}
FUNDING_DAYS: Pins = {
    "2019-01-02": 0.75,
    "2019-09-16": 0.33,
    "2019-09-17": 3.15,
    "2019-09-18": 0.45,
    "2020-03-17": 0.44,
    "2025-10-31": 0.32,
    "2025-12-31": 0.22,
}
TEN_YEAR: Pins = {
    "2019-01-02": 2.66,
    "2019-08-28": 1.47,
    "2019-12-31": 1.92,
    "2020-03-09": 0.54,
    "2020-08-04": 0.52,
    "2021-03-31": 1.74,
    "2021-08-03": 1.19,
    "2022-03-01": 1.72,
    "2022-06-14": 3.49,
    "2022-08-01": 2.60,
    "2022-10-24": 4.25,
    "2023-04-06": 3.30,
    "2023-10-19": 4.98,
    "2023-12-27": 3.79,
    "2024-04-25": 4.70,
    "2024-09-16": 3.63,
    "2025-01-14": 4.78,
    "2025-04-04": 4.01,
    "2025-05-21": 4.58,
    "2025-10-22": 3.97,
    "2026-01-30": 4.24,
}
REAL: Pins = {
    "2019-01-02": 0.97,
    "2019-09-03": 0.00,
    "2020-03-19": 0.10,
    "2020-08-04": -1.04,
    "2021-08-03": -1.19,
    "2022-03-01": -0.90,
    "2022-10-24": 1.70,
    "2023-04-06": 1.06,
    "2023-10-19": 2.48,
    "2023-12-27": 1.62,
    "2024-04-25": 2.27,
    "2024-09-16": 1.54,
    "2025-01-14": 2.32,
    "2025-10-22": 1.70,
    "2026-01-30": 1.90,
}
TWO_YEAR: Pins = {
    "2019-01-02": 2.50,
    "2019-12-31": 1.58,
    "2020-03-09": 0.38,
    "2021-02-05": 0.09,
    "2021-09-30": 0.28,
    "2022-06-14": 3.45,
    "2023-03-08": 5.05,
    "2023-03-24": 3.76,
    "2023-10-17": 5.19,
    "2024-01-12": 4.14,
    "2024-04-30": 5.04,
    "2024-09-24": 3.49,
    "2025-01-14": 4.37,
    "2025-10-16": 3.41,
    "2026-01-30": 3.52,
}
THIRTY_LESS_TEN: Pins = {
    "2019-01-02": 0.31,
    "2020-08-04": 0.67,
    "2021-03-31": 0.67,
    "2023-03-08": -0.10,
    "2024-09-16": 0.31,
    "2025-09-02": 0.69,
    "2026-01-30": 0.64,
}
HIGH_YIELD: Pins = {
    "2019-01-02": 5.35,
    "2019-04-25": 3.73,
    "2020-02-19": 3.52,
    "2020-03-23": 10.87,
    "2020-06-08": 5.38,
    "2021-06-30": 3.04,
    "2022-07-05": 5.87,
    "2023-02-01": 4.13,
    "2023-03-20": 5.20,
    "2023-10-20": 4.38,
    "2024-11-12": 2.56,
    "2025-04-07": 4.61,
    "2025-09-19": 2.66,
    "2025-10-10": 3.15,
    "2026-01-30": 2.79,
}
INVESTMENT_GRADE: Pins = {
    "2019-01-02": 1.57,
    "2020-02-19": 0.98,
    "2020-03-23": 4.01,
    "2021-06-30": 0.86,
    "2022-07-05": 1.64,
    "2023-02-01": 1.23,
    "2023-03-20": 1.62,
    "2024-11-12": 0.78,
    "2025-04-07": 1.19,
    "2025-09-19": 0.74,
    "2026-01-30": 0.76,
}
BAA: Pins = {
    "2019-01-02": 2.45,
    "2020-02-19": 2.05,
    "2020-03-23": 4.31,
    "2021-06-30": 1.88,
    "2022-07-05": 2.36,
    "2024-11-12": 1.52,
    "2025-04-07": 2.01,
    "2026-01-30": 1.70,
}


def percent(values: Floats) -> Floats:
    """Rounded to basis points, without negative zeros."""
    rounded: Floats = np.round(values, 2) + 0.0
    return rounded


def _keyed(calendar: Sequence[date], values: Floats) -> dict[date, float]:
    return dict(zip(calendar, percent(values).tolist(), strict=True))


def overnight(seed: int) -> dict[str, dict[date, float]]:
    """sofr, bgcr, tgcr (money days), effr, obfr (fed days)."""
    money, fed = days("money"), days("fed")
    paid = np.array([policy(day, 3) for day in money])
    spread = line(ordinals(money), FUNDING) + stream(seed, "sofr").normal(0, 0.012, len(money))
    turn = np.array([nxt.month != day.month for day, nxt in zip(money, [*money[1:], money[-1]], strict=True)])
    tight = line(ordinals(money), {"2019-01-02": 0.12, "2020-03-20": 0.0, "2023-10-01": 0.03, "2025-06-01": 0.08})
    spread = np.minimum(spread + turn * tight, 0.29)
    spread = np.array([FUNDING_DAYS.get(day.isoformat(), float(one)) for day, one in zip(money, spread, strict=True)])
    sofr = np.maximum(paid + spread, 0.01)
    drift = {
        "2019-01-02": 0.0,
        "2019-09-19": 0.04,
        "2020-01-30": -0.02,
        "2021-06-17": -0.06,
        "2025-09-10": -0.07,
        "2025-11-10": -0.02,
        "2026-01-30": -0.01,
    }
    effective = np.maximum(np.array([policy(day, 3) for day in fed]) + line(ordinals(fed), drift), 0.04)
    return {
        "sofr": _keyed(money, sofr),
        "bgcr": _keyed(money, np.maximum(sofr - 0.02, 0.01)),
        "tgcr": _keyed(money, np.maximum(sofr - 0.02, 0.01)),
        "effr": _keyed(fed, effective),
        "obfr": _keyed(fed, effective - 0.01),
    }


def yields(seed: int) -> dict[str, dict[date, float]]:
    """Constant-maturity yields on bond days: m3, y2, y10, y30, real10."""
    bond = days("bond")
    noise = {
        name: stream(seed, name).normal(0, size, len(bond))
        for name, size in {"y10": 0.045, "real10": 0.012, "y2": 0.045, "term": 0.015, "m3": 0.015}.items()
    }
    ten = bridge(bond, TEN_YEAR, noise["y10"])
    real = bridge(bond, REAL, noise["real10"] + 0.85 * noise["y10"])
    two = np.maximum(bridge(bond, TWO_YEAR, 0.6 * noise["y10"] + 0.7 * noise["y2"]), 0.09)
    thirty = ten + bridge(bond, THIRTY_LESS_TEN, noise["term"])
    middle = np.array([policy(day, 3) for day in bond])
    ahead = np.array([middle[number : number + 40].mean() for number in range(len(bond))])
    bill = np.maximum(ahead + 0.05 + noise["m3"], 0.01)
    return {
        "m3": _keyed(bond, bill),
        "y2": _keyed(bond, two),
        "y10": _keyed(bond, ten),
        "y30": _keyed(bond, thirty),
        "real10": _keyed(bond, real),
    }


def spreads(seed: int) -> dict[str, dict[date, float]]:
    """Credit spreads on bond days: high_yield, investment_grade, baa; they widen together."""
    bond = days("bond")
    fear = stream(seed, "fear").normal(0, 0.016, len(bond))
    return {
        name: _keyed(bond, bridge(bond, pins, beta * fear + stream(seed, name).normal(0, 0.006, len(bond)), log=True))
        for name, pins, beta in (
            ("high_yield", HIGH_YIELD, 1.0),
            ("investment_grade", INVESTMENT_GRADE, 0.8),
            ("baa", BAA, 0.4),
        )
    }
