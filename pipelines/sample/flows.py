"""What the Treasury received and paid each day, by category, adding up to the change of its cash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.sample.calendars import FIRST
from pipelines.sample.categories import DEPOSITS, WITHDRAWALS
from pipelines.sample.paths import Floats, Ints, Pins, line, ordinals, stream
from pipelines.sample.treasury import Cash

# Customs duties in millions a month: small, then four times as much within half a year.
DUTIES: Pins = {
    "2019-01-02": 6_200,
    "2020-06-01": 5_400,
    "2022-04-01": 8_600,
    "2024-01-01": 6_900,
    "2025-03-01": 8_000,
    "2025-05-01": 22_000,
    "2025-08-01": 30_000,
    "2025-10-15": 32_000,
    "2026-01-30": 30_500,
}


@dataclass(frozen=True)
class Flows:
    """Per statement day: opening and closing balance, and the amount of each concept, in millions."""

    days: tuple[date, ...]
    opening: Ints
    closing: Ints
    amounts: dict[str, Ints]

    def deposits(self) -> Ints:
        return sum((self.amounts[concept] for concept in DEPOSITS), np.zeros(len(self.days), dtype=np.int64))

    def withdrawals(self) -> Ints:
        return sum((self.amounts[concept] for concept in WITHDRAWALS), np.zeros(len(self.days), dtype=np.int64))


def _calendar_effects(days: tuple[date, ...]) -> dict[str, Floats]:
    """Millions before noise: who pays and who is paid when."""
    month, day = np.array([one.month for one in days]), np.array([one.day for one in days])
    weekday = np.array([one.weekday() for one in days])
    mid, growth = (day >= 15) & (day <= 18), 1 + (ordinals(days) - FIRST.toordinal()) / 365.25 * 0.045
    quarter = np.isin(month, (4, 6, 9, 12))
    season = np.isin(month, (2, 3, 4))
    coupon = ((day >= 15) & (day <= 17)) | (day >= 30)
    old = np.array([one < date(2022, 9, 15) for one in days])
    hard = line(ordinals(days), {"2020-03-15": 150, "2020-05-15": 5_200, "2021-03-15": 2_600, "2021-10-15": 250})
    duties = line(ordinals(days), DUTIES)
    effects: dict[str, Floats] = {
        "withheld": np.where(weekday == 0, 17_000, 9_000) * 1.0,
        "non_withheld": np.where(mid & np.isin(month, (1, 4, 6, 9)), np.where(month == 4, 42_000, 14_000), 450) * 1.0,
        "corporate": np.where(mid & quarter, 15_000, 380) * 1.0,
        "fed_earnings": np.where((weekday == 2) & old, 1_500, 2) * 1.0,
        "other_in": np.full(len(days), 1_900.0),
        "interest": np.where(coupon, np.where(np.isin(month, (2, 5, 8, 11)), 24_000, 9_000), 90) * 1.0,
        "salaries": np.where(weekday == 4, 3_100, 350) * 1.0,
        "social_security": np.where(weekday == 2, 20_500, np.where(day == 3, 25_500, 60)) * 1.0,
        "medicare": np.where(day <= 3, 9_000, 1_700) * 1.0,
        "refunds": np.where(season & np.isin(weekday, (2, 4)), 11_500, 320) * 1.0,
        "refund_checks": np.where(season, 900, 140) * 1.0,
        "business_refunds": np.full(len(days), 520.0),
        "other_out": np.full(len(days), 6_400.0),
    }
    effects = {concept: effect * growth for concept, effect in effects.items()}
    effects["unemployment"] = hard
    effects["customs"] = np.where((day >= 21) & (day <= 23), duties * 0.3, duties * 0.022)  # the monthly statement
    return effects


def flows(seed: int, cash: Cash) -> Flows:
    """Borrowing is what balances the day; what it cannot take on its own is redeemed and issued anew."""
    closes = list(cash.closes.items())
    kept = [number for number, (day, _) in enumerate(closes) if day >= FIRST]
    days = tuple(closes[number][0] for number in kept)
    opening = np.array([closes[number - 1][1] for number in kept], dtype=np.int64)
    closing = np.array([closes[number][1] for number in kept], dtype=np.int64)
    random = stream(seed, "flows")
    amounts: dict[str, Ints] = {
        concept: np.rint(effect * random.uniform(0.75, 1.25, len(days))).astype(np.int64)
        for concept, effect in _calendar_effects(days).items()
    }
    cash_in = sum((amounts[concept] for concept in DEPOSITS if concept in amounts), np.zeros(len(days), dtype=np.int64))
    cash_out = sum(
        (amounts[concept] for concept in WITHDRAWALS if concept in amounts),
        np.zeros(len(days), dtype=np.int64),
    )
    borrowed = closing - opening - cash_in + cash_out
    rolled = np.array([120_000 if day.weekday() in (1, 3) else 2_500 for day in days]) * random.uniform(
        0.8, 1.2, len(days)
    )
    amounts["redemptions"] = np.rint(rolled).astype(np.int64) + np.maximum(0, 600 - borrowed)
    amounts["issues"] = amounts["redemptions"] + borrowed
    return Flows(days, opening, closing, amounts)
