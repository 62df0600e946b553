"""The values of each FRED series, with the moment each of them became public."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cache

import numpy as np

from pipelines.sample.calendars import LAST, ONE_DAY, days, months, public_at, shift, weekdays
from pipelines.sample.catalogue import CATALOGUE
from pipelines.sample.paths import Ints, line, ordinals, stream
from pipelines.sample.policy import policy
from pipelines.sample.world import World

# One observation: its date, and (public from, printed value) per version, oldest first; "" is missing.
Point = tuple[str, tuple[tuple[float, str], ...]]
Printed = Iterable[tuple[date, str]]
SUNDAY, SPREADS_FROM, IORB_FROM = date(2026, 2, 1), date(2023, 2, 1), date(2021, 7, 29)


@cache
def points(world: World, series_id: str) -> tuple[Point, ...]:
    """Every version of every observation; an id outside the catalogue raises KeyError."""
    rule = CATALOGUE[series_id].rule
    if rule in ("money_stock", "income"):
        revised = world.money_stock if rule == "money_stock" else world.disposable_income
        return tuple(
            (day.isoformat(), tuple((moment, f"{value:.1f}") for moment, value in versions))
            for day, versions in revised
        )
    return tuple((day.isoformat(), ((public_at(rule, day), text),)) for day, text in PRINTERS[series_id](world))


def _weekly(values: Callable[[World], Ints]) -> Callable[[World], Printed]:
    return lambda world: zip(world.sheet.weeks, (str(value) for value in values(world).tolist()), strict=True)


def _on_weekdays(values: Callable[[World], Mapping[date, float]], form: str = "{:.2f}") -> Callable[[World], Printed]:
    """Monday to Friday, with an empty row where there is no value."""

    def printed(world: World) -> Printed:
        known = values(world)
        return ((day, form.format(known[day]) if day in known else "") for day in weekdays())

    return printed


def _every_day(value: Callable[[World, date], float], first: date, last: date) -> Callable[[World], Printed]:
    return lambda world: ((day, f"{value(world, day):.2f}") for day in days("none", first, last))


def _difference(left: str, right: str) -> Callable[[World], Mapping[date, float]]:
    """Of two yields, in whole basis points: no remainder of binary fractions."""
    return lambda world: {
        day: (round(value * 100) - round(world.yields[right][day] * 100)) / 100 + 0.0
        for day, value in world.yields[left].items()
    }


def _closes(symbol: str) -> Callable[[World], Mapping[date, float]]:
    return lambda world: dict(zip(world.bars[symbol].days, world.bars[symbol].close.tolist(), strict=True))


def _ice(name: str) -> Callable[[World], Printed]:
    """The three years still served, with a row on the last day of a month that ends on a weekend."""

    def printed(world: World) -> Printed:
        known = {day: value for day, value in world.spreads[name].items() if day >= SPREADS_FROM}
        for first in months():
            end = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE_DAY
            if end.weekday() > 4 and SPREADS_FROM <= end <= LAST:
                known[end] = known[shift("bond", end, -1)]
        window = set(known) | {day for day in weekdays() if day >= SPREADS_FROM}
        return ((day, f"{known[day]:.2f}" if day in known else "") for day in sorted(window))

    return printed


def _level(values: Mapping[date, int]) -> Callable[[World], Ints]:
    return lambda world: np.array([values[week] for week in world.sheet.weeks], dtype=np.int64)


def _reserves(world: World, treasury: Mapping[date, int]) -> Ints:
    """What is left of the assets after currency, the Treasury, reverse repos of all kinds and the rest."""
    at = ordinals(world.sheet.weeks)
    currency = line(
        at,
        {"2019-01-02": 1_710_000, "2020-12-30": 2_090_000, "2022-12-28": 2_305_000, "2026-01-28": 2_430_000},
    )
    foreign = line(at, {"2019-01-02": 240_000, "2022-12-28": 355_000, "2024-05-29": 375_000, "2026-01-28": 325_000})
    other = line(at, {"2019-01-02": 120_000, "2021-12-29": 320_000, "2023-12-27": 175_000, "2026-01-28": 165_000})
    borrowed = np.array(
        [
            world.reverse_repo.get(week) or world.reverse_repo.get(shift("money", week, -1), 0)
            for week in world.sheet.weeks
        ]
    )
    drained = np.rint(currency + foreign + other).astype(np.int64) + borrowed + _level(treasury)(world)
    left: Ints = world.sheet.total - drained
    return left


def _effective(world: World, day: date) -> float:
    """Weekends and holidays carry the last rate; the days before the first one carry that."""
    known = world.overnight["effr"]
    return known[day if day in known else shift("fed", day, -1)]


def _coinbase(symbol: str) -> Callable[[World], Printed]:
    """Seen at five in the afternoon Pacific time, so a little off the UTC close."""

    def printed(world: World) -> Printed:
        bars = world.bars[symbol]
        off = stream(world.seed, symbol + " coinbase").normal(0, 0.0015, len(bars.days))
        return (
            (day, f"{price:.2f}")
            for day, price in zip(bars.days, (bars.close * (1 + off)).tolist(), strict=True)
            if day <= SUNDAY
        )

    return printed


PRINTERS: dict[str, Callable[[World], Printed]] = {
    "WALCL": _weekly(lambda world: world.sheet.total),
    "TREAST": _weekly(lambda world: world.sheet.treasuries),
    "WSHOMCB": _weekly(lambda world: world.sheet.mortgages),
    "WSHOBL": _weekly(lambda world: world.sheet.bills),
    "WSHOSHO": _weekly(lambda world: world.sheet.outright),
    "WTREGEN": _weekly(lambda world: _level(world.cash.week_average)(world)),
    "WDTGAL": _weekly(lambda world: _level(world.cash.wednesday_level)(world)),
    "WRESBAL": _weekly(lambda world: _reserves(world, world.cash.week_average)),
    "WRBWFRBL": _weekly(lambda world: _reserves(world, world.cash.wednesday_level)),
    "RRPONTSYD": _on_weekdays(
        lambda world: {day: value / 1_000 for day, value in world.reverse_repo.items()}, "{:.3f}"
    ),
    "RRPONTSYAWARD": _on_weekdays(lambda world: {day: policy(day, 4) for day in world.reverse_repo}),
    "SOFR": _on_weekdays(lambda world: world.overnight["sofr"]),
    "EFFR": _on_weekdays(lambda world: world.overnight["effr"]),
    "DFF": _every_day(_effective, date(2019, 1, 2), SUNDAY),
    "IORB": _every_day(lambda world, day: policy(day, 3), IORB_FROM, date(2026, 2, 6)),
    "DFEDTARU": _every_day(lambda world, day: policy(day, 2), date(2019, 1, 2), SUNDAY),
    "DFEDTARL": _every_day(lambda world, day: policy(day, 1), date(2019, 1, 2), SUNDAY),
    "DGS3MO": _on_weekdays(lambda world: world.yields["m3"]),
    "DGS2": _on_weekdays(lambda world: world.yields["y2"]),
    "DGS10": _on_weekdays(lambda world: world.yields["y10"]),
    "DGS30": _on_weekdays(lambda world: world.yields["y30"]),
    "DFII10": _on_weekdays(lambda world: world.yields["real10"]),
    "T10YIE": _on_weekdays(_difference("y10", "real10")),
    "T10Y2Y": _on_weekdays(_difference("y10", "y2")),
    "BAA10Y": _on_weekdays(lambda world: world.spreads["baa"]),
    "BAMLH0A0HYM2": _ice("high_yield"),
    "BAMLC0A0CM": _ice("investment_grade"),
    "NASDAQCOM": _on_weekdays(_closes("^IXIC")),
    "SP500": _on_weekdays(_closes("^GSPC")),
    "VIXCLS": _on_weekdays(_closes("^VIX")),
    "CBBTCUSD": _coinbase("BTC-USD"),
    "CBETHUSD": _coinbase("ETH-USD"),
}
