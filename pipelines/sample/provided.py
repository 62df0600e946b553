"""Figures without a free source, as a user of the sample world would provide them: synthetic, and always the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

from pipelines.sample.calendars import CLOCK, NEW_YORK, ONE_DAY, days
from pipelines.sample.paths import Pins, bridge, line, ordinals, stream
from pipelines.sample.venues import coin_prices
from pipelines.sample.venues.coins import COINS
from pipelines.sample.world import SEED

FIRST = date(2025, 7, 1)
#: Each fund's coin, what it holds at first, and its mean net flow a day through time, both in millions of USD.
FUNDS: dict[str, tuple[str, float, Pins]] = {
    "SAMPLE-A": ("BTC", 70_000, {"2025-07-01": 180, "2025-10-09": 260, "2025-10-20": -60, "2026-01-30": -140}),
    "SAMPLE-B": ("BTC", 21_000, {"2025-07-01": 40, "2025-10-09": 70, "2025-10-20": -30, "2026-01-30": -50}),
    "SAMPLE-E": ("ETH", 6_000, {"2025-07-01": 60, "2025-10-09": 80, "2025-10-20": -40, "2026-01-30": -20}),
}
SPREAD = 1.2
#: Coins held at exchanges, counted at the end of each day.
HELD: dict[str, Pins] = {
    "BTC": {"2025-07-01": 2_480_000, "2025-10-10": 2_390_000, "2025-10-14": 2_425_000, "2026-02-01": 2_340_000},
    "ETH": {"2025-07-01": 17_900_000, "2025-10-10": 16_300_000, "2025-10-14": 16_600_000, "2026-02-01": 15_700_000},
}


def provide(folder: Path, seed: int = SEED) -> None:
    """Put each file where a user's would be, unless one is there."""
    told = {
        "etf_flow.csv": ("fund,symbol,date,net_flow_usd,aum_usd,known_at", _flows(seed)),
        "exchange_reserve.csv": ("symbol,date,reserve_coin,source,known_at", _reserves(seed)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, (header, lines) in told.items():
        if not (folder / name).exists():
            (folder / name).write_text("".join(f"{text}\n" for text in (header, *lines)))


def _flows(seed: int) -> Iterator[str]:
    """Told on the morning after, in New York."""
    sessions = days("stock", FIRST)
    for fund, (coin, millions, means) in FUNDS.items():
        mean = line(ordinals(sessions), means)
        drawn = mean + SPREAD * abs(mean) * stream(seed, fund).normal(0, 1, len(sessions))
        closes, assets = _closes(seed, coin, sessions), millions * 1e6
        for number, day in enumerate(sessions):
            flow = round(float(drawn[number]), 1) * 1e6
            assets = assets * closes[number] / closes[max(number - 1, 0)] + flow
            morning = datetime.combine(day + ONE_DAY, time(9), NEW_YORK)
            yield f"{fund},{coin},{day},{flow:.0f},{assets:.0f},{morning.isoformat()}"


def _closes(seed: int, coin: str, sessions: tuple[date, ...]) -> list[float]:
    every = coin_prices.closes(seed, coin)
    return [float(every[(day - COINS[coin].lists).days]) for day in sessions]


def _reserves(seed: int) -> Iterator[str]:
    """Told six hours after the day has ended in UTC."""
    counted = days("none", FIRST, CLOCK.date() - ONE_DAY)
    for coin, pins in HELD.items():
        steps = stream(seed, f"{coin} at exchanges").normal(0, 0.0015, len(counted))
        held = bridge(counted, pins, steps, log=True)
        for day, coins in zip(counted, held, strict=True):
            known = datetime.combine(day + ONE_DAY, time(6), CLOCK.tzinfo)
            yield f"{coin},{day},{coins:.0f},SYNTHETIC sample world,{known:%Y-%m-%dT%H:%MZ}"
