"""The Federal Reserve's weekly balance sheet: its assets and what they are made of."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.sample.calendars import wednesdays
from pipelines.sample.paths import Floats, Ints, Pins, bridge, line, ordinals, stream

# Millions of dollars, Wednesdays. The exact ones are published figures, the round ones the shape between.
TOTAL: Pins = {
    "2019-01-02": 4_058_000,
    "2019-08-28": 3_760_000,
    "2019-10-16": 3_970_000,
    "2020-03-11": 4_312_000,
    "2020-04-15": 6_368_000,
    "2020-06-10": 7_168_000,
    "2020-07-08": 6_921_000,
    "2020-12-30": 7_363_000,
    "2021-09-15": 8_448_770,
    "2022-03-16": 8_945_000,
    "2022-04-13": 8_965_487,
    "2022-06-01": 8_915_000,
    "2022-12-28": 8_551_169,
    "2023-03-01": 8_339_000,
    "2023-03-22": 8_733_000,
    "2024-01-03": 7_681_024,
    "2024-05-29": 7_284_000,
    "2025-04-02": 6_723_000,
    "2025-10-08": 6_590_604,
    "2025-12-03": 6_535_781,
    "2025-12-10": 6_539_600,
    "2025-12-24": 6_581_300,
    "2025-12-31": 6_640_618,
    "2026-01-07": 6_573_602,
    "2026-01-28": 6_606_400,
}
NOTES: Pins = {
    "2019-01-02": 2_066_000,
    "2019-08-28": 1_930_000,
    "2019-10-16": 1_935_000,
    "2020-03-11": 2_102_000,
    "2020-04-15": 3_270_000,
    "2020-06-10": 3_588_000,
    "2020-12-30": 4_061_000,
    "2021-09-15": 4_620_000,
    "2022-03-16": 4_963_000,
    "2022-06-01": 4_963_000,
    "2022-12-28": 4_733_000,
    "2024-01-03": 4_111_000,
    "2024-05-29": 3_835_000,
    "2025-04-02": 3_603_000,
    "2025-12-03": 3_561_000,
}
BILLS: Pins = {
    "2019-10-16": 0,
    "2020-03-11": 250_000,
    "2020-04-15": 326_000,
    "2022-07-06": 326_000,
    "2022-12-28": 289_000,
    "2023-12-27": 217_000,
    "2024-05-29": 195_500,
    "2025-12-10": 195_500,
    # reserve-management purchases of 40 bn a month, and agency principal reinvested into bills
    "2025-12-17": 210_500,
    "2025-12-24": 223_300,
    "2025-12-31": 232_700,
    "2026-01-07": 239_700,
    "2026-01-14": 249_900,
    "2026-01-21": 264_000,
    "2026-01-28": 277_400,
}
TIPS: Pins = {
    "2019-01-02": 116_000,
    "2020-03-11": 128_000,
    "2022-03-16": 374_000,
    "2022-06-01": 374_000,
    "2024-01-03": 345_000,
    "2025-12-03": 308_000,
}
FLOATING: Pins = {
    "2019-01-02": 17_600,
    "2022-12-28": 12_600,
}
COMPENSATION: Pins = {
    "2019-01-02": 23_000,
    "2021-03-03": 46_000,
    "2022-12-28": 102_000,
    "2026-01-28": 112_600,
}
MORTGAGES: Pins = {
    "2019-01-02": 1_637_000,
    "2020-03-11": 1_371_000,
    "2020-04-15": 1_530_000,
    "2020-06-10": 1_836_000,
    "2020-12-30": 2_039_000,
    "2021-09-15": 2_470_000,
    "2022-04-13": 2_720_000,
    "2022-12-28": 2_641_000,
    "2024-01-03": 2_432_000,
    "2025-12-03": 2_053_000,
    "2026-01-28": 2_022_000,
}
COMMERCIAL: Pins = {
    "2020-03-11": 0,
    "2020-09-30": 9_500,
    "2026-01-28": 7_850,
}


@dataclass(frozen=True)
class BalanceSheet:
    """Wednesday levels: parts in cents as the New York Fed knows them, lines in millions as H.4.1 prints."""

    weeks: tuple[date, ...]
    cents: dict[str, Ints]
    treasuries: Ints
    mortgages: Ints
    bills: Ints
    outright: Ints
    total: Ints


def _millions(pins: Pins, at: Floats) -> Ints:
    return np.rint(line(at, pins)).astype(np.int64)


def _settlement_time(weeks: tuple[date, ...]) -> Floats:
    """The weeks, with each month's clock nearly still except around its middle, when mortgages settle."""
    warped = []
    for day in weeks:
        length = monthrange(day.year, day.month)[1]
        share = float(np.interp(day.day, [1, 12, 21, length], [0.0, 0.12, 0.88, 1.0]))
        warped.append(day.replace(day=1).toordinal() + share * length)
    return np.array(warped)


def balance_sheet(seed: int) -> BalanceSheet:
    weeks = wednesdays()
    at, mortgage_time = ordinals(weeks), _settlement_time(weeks)
    fraction = stream(seed, "cents").integers(0, 100_000_000, size=(3, len(weeks)))  # below a million
    whole = {
        "bills": _millions(BILLS, at),
        "notesbonds": _millions(NOTES, at),
        "tips": _millions(TIPS, at),
        "frn": _millions(FLOATING, at),
        "tipsInflationCompensation": _millions(COMPENSATION, at),
        "mbs": _millions(MORTGAGES, mortgage_time),
        "cmbs": _millions(COMMERCIAL, at),
        "agencies": np.full(len(weeks), 2_347, dtype=np.int64),
    }
    cents = {part: value * 100_000_000 for part, value in whole.items()}
    for part, extra in zip(("tipsInflationCompensation", "mbs", "cmbs"), fraction, strict=True):
        cents[part] += np.where(whole[part] > 0, extra, 0)

    def printed(*parts: str) -> Ints:
        exact = sum((cents[part] for part in parts), np.zeros(len(weeks), dtype=np.int64))
        return (exact + 50_000_000) // 100_000_000

    treasuries = printed("bills", "notesbonds", "tips", "frn", "tipsInflationCompensation")
    mortgages = printed("mbs", "cmbs")
    steps = stream(seed, "total assets").normal(0, 6_000, len(weeks))
    total = np.rint(bridge(weeks, TOTAL, steps, inside=True)).astype(np.int64)
    return BalanceSheet(
        weeks,
        cents,
        treasuries,
        mortgages,
        printed("bills"),
        treasuries + mortgages + whole["agencies"],
        total,
    )
