"""Daily bars of the indices and the two coins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from pipelines.sample.calendars import days
from pipelines.sample.paths import Floats, Pins, bridge, stream

# The exact ones make the Russell 2000's records and round levels fall on their days.
RUSSELL: Pins = {
    "2019-01-02": 1331,
    "2019-05-03": 1614,
    "2019-08-27": 1456,
    "2020-01-16": 1705.22,
    "2020-03-18": 991,
    "2020-06-08": 1537,
    "2020-10-30": 1538,
    "2020-11-12": 1690,
    "2020-11-13": 1744.04,
    "2020-12-22": 1985,
    "2020-12-23": 2007.1,
    "2021-03-15": 2360.17,
    "2021-08-19": 2132,
    "2021-11-01": 2352,
    "2021-11-02": 2361.86,
    "2021-11-08": 2442.74,
    "2022-06-16": 1650,
    "2022-08-15": 2021,
    "2022-09-30": 1665,
    "2023-02-02": 2001,
    "2023-10-27": 1637,
    "2024-07-16": 2263,
    "2024-11-25": 2438,
    "2025-04-08": 1761,
    "2025-09-17": 2407,
    "2025-09-18": 2467.7,
    "2025-10-14": 2487,
    "2025-10-15": 2519.75,
    "2025-10-27": 2527,
    "2025-11-20": 2305,
    "2025-12-10": 2556,
    "2025-12-11": 2590.61,
    "2026-01-07": 2575,
    "2026-01-08": 2603.91,
    "2026-01-22": 2718,
    "2026-01-30": 2614,
}
SP500: Pins = {
    "2019-01-02": 2510,
    "2020-02-19": 3386,
    "2020-03-23": 2237,
    "2020-09-02": 3581,
    "2020-09-23": 3237,
    "2022-01-03": 4797,
    "2022-06-16": 3667,
    "2022-08-16": 4305,
    "2022-10-12": 3577,
    "2023-07-31": 4589,
    "2023-10-27": 4117,
    "2024-07-16": 5667,
    "2024-08-05": 5186,
    "2025-02-19": 6144,
    "2025-04-08": 4983,
    "2025-10-09": 6735,
    "2025-10-10": 6553,
    "2026-01-27": 6979,
    "2026-01-30": 6939,
}
NASDAQ: Pins = {
    "2019-01-02": 6665,
    "2020-02-19": 9817,
    "2020-03-23": 6861,
    "2020-09-02": 12056,
    "2021-11-19": 16057,
    "2022-06-16": 10646,
    "2022-08-15": 13128,
    "2022-12-28": 10213,
    "2023-07-19": 14358,
    "2023-10-26": 12596,
    "2024-07-10": 18647,
    "2024-12-16": 20174,
    "2025-04-08": 15268,
    "2025-10-09": 23025,
    "2025-10-10": 22204,
    "2025-10-29": 23958,
    "2026-01-30": 23462,
}
FEAR: Pins = {
    "2019-01-02": 23.2,
    "2019-11-26": 11.5,
    "2020-02-19": 14.4,
    "2020-03-16": 82.7,
    "2020-08-10": 22.1,
    "2021-06-25": 15.6,
    "2022-03-07": 36.5,
    "2023-12-12": 12.1,
    "2024-08-05": 38.6,
    "2024-12-06": 12.8,
    "2025-04-08": 52.3,
    "2025-08-22": 14.2,
    "2025-10-10": 21.7,
    "2025-12-24": 13.5,
    "2026-01-30": 17.4,
}
BITCOIN: Pins = {
    "2019-01-02": 3_940,
    "2019-06-26": 13_000,
    "2020-03-12": 4_970,
    "2020-11-13": 16_317,
    "2021-04-13": 63_500,
    "2021-05-14": 49_930,
    "2021-07-20": 29_800,
    "2021-11-08": 67_500,
    "2022-06-18": 19_000,
    "2022-11-21": 15_800,
    "2023-10-15": 27_100,
    "2024-03-13": 73_000,
    "2024-09-06": 53_900,
    "2024-12-17": 106_000,
    "2025-04-08": 76_300,
    "2025-09-30": 114_100,
    "2025-10-06": 124_700,
    "2025-10-09": 121_700,
    "2025-10-10": 113_200,
    "2025-10-31": 109_600,
    "2025-11-21": 85_100,
    "2025-11-30": 90_400,
    "2025-12-31": 87_500,
    "2026-01-14": 96_900,
    "2026-02-02": 78_700,
}
ETHER: Pins = {
    "2019-01-02": 155,
    "2019-06-26": 336,
    "2020-03-12": 112,
    "2020-11-13": 476,
    "2021-05-11": 4_170,
    "2021-05-14": 4_089,
    "2021-07-20": 1_790,
    "2021-11-08": 4_810,
    "2022-06-18": 995,
    "2022-11-21": 1_110,
    "2023-10-11": 1_540,
    "2024-03-11": 4_060,
    "2024-09-06": 2_230,
    "2024-12-06": 4_000,
    "2025-04-08": 1_470,
    "2025-08-24": 4_780,
    "2025-10-09": 4_370,
    "2025-10-10": 3_840,
    "2025-10-31": 3_850,
    "2025-11-21": 2_770,
    "2025-11-30": 2_990,
    "2025-12-31": 2_970,
    "2026-01-14": 3_350,
    "2026-02-02": 2_340,
}
COIN_GAPS = (date(2020, 10, 12), date(2022, 3, 8))  # days the upstream has a bar for, with nothing in it


@dataclass(frozen=True)
class Bars:
    """One symbol's sessions; `gaps` are rows of nulls, `dividends` are paid per share on their ex-day."""

    days: tuple[date, ...]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    gaps: frozenset[int] = frozenset()
    dividends: dict[int, float] = field(default_factory=dict)


def _as_sent(values: Floats) -> Floats:
    """Cents held in single precision, as the upstream sends them: 2603.91 arrives as 2603.909912109375."""
    return np.round(values, 2).astype(np.float32).astype(np.float64)


def bars_around(
    calendar: tuple[date, ...],
    close: Floats,
    volume: float,
    random: np.random.Generator,
    dividends: dict[int, float] | None = None,
    gaps: frozenset[int] = frozenset(),
) -> Bars:
    """Open, high and low around closes: the session opens near the last close and strays a little."""
    count = len(close)
    opened = np.concatenate([close[:1], close[:-1]]) * (1 + random.normal(0, 0.002, count))
    high = np.maximum(opened, close) * (1 + np.abs(random.normal(0, 0.003, count)))
    low = np.minimum(opened, close) * (1 - np.abs(random.normal(0, 0.003, count)))
    traded = np.round(volume * random.lognormal(0, 0.25, count), -2)
    return Bars(
        calendar,
        _as_sent(opened),
        _as_sent(high),
        _as_sent(low),
        _as_sent(close),
        traded,
        gaps,
        dividends or {},
    )


def indices(seed: int) -> dict[str, Bars]:
    """The four indices; three of them move with one market, and fear against it."""
    sessions = days("stock")
    market = stream(seed, "market").normal(0, 0.0085, len(sessions))
    own = {
        name: stream(seed, name).normal(0, size, len(sessions))
        for name, size in {"^GSPC": 0.001, "^IXIC": 0.005, "^RUT": 0.007, "^VIX": 0.035}.items()
    }
    close = {
        "^GSPC": bridge(sessions, SP500, market + own["^GSPC"], log=True),
        "^IXIC": bridge(sessions, NASDAQ, 1.15 * market + own["^IXIC"], log=True),
        "^RUT": bridge(sessions, RUSSELL, 1.1 * market + own["^RUT"], log=True),
        "^VIX": 10.5 + np.abs(bridge(sessions, FEAR, -4 * market + own["^VIX"], log=True) - 10.5),
    }
    volumes = {"^GSPC": 4.2e9, "^IXIC": 5.5e9, "^RUT": 4.2e9, "^VIX": 0.0}
    return {
        name: bars_around(sessions, one, volumes[name], stream(seed, name + " bars")) for name, one in close.items()
    }


def coins(seed: int) -> dict[str, Bars]:
    """The two coins trade every UTC day, the clock's own included."""
    every = days("none", date(2019, 1, 2), date(2026, 2, 2))
    gaps = frozenset(number for number, day in enumerate(every) if day in COIN_GAPS)
    crowd = stream(seed, "crowd").normal(0, 0.028, len(every))
    return {
        name: bars_around(
            every,
            bridge(every, pins, beta * crowd + stream(seed, name).normal(0, size, len(every)), log=True),
            volume,
            stream(seed, name + " bars"),
            gaps=gaps,
        )
        for name, pins, beta, size, volume in (
            ("BTC-USD", BITCOIN, 1.0, 0.008, 3.2e10),
            ("ETH-USD", ETHER, 1.15, 0.02, 1.6e10),
        )
    }
