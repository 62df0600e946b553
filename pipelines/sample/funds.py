"""Daily bars of the funds: what yields, spreads and indices make of them, and what they pay out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from pipelines.sample.calendars import days
from pipelines.sample.paths import Floats, stream
from pipelines.sample.prices import Bars, bars_around

Daily = Mapping[str, Mapping[date, float]]


def _total_return_fund(
    start: float, moves: Floats, income: Floats, pays: Sequence[int]
) -> tuple[Floats, dict[int, float]]:
    """Closes and dividends of a fund: `moves` are price returns before income; `income`, in percent a year,
    accrues with each session and leaves the price on the ex-days `pays`."""
    price, accrued, closes, dividends, due = start, 0.0, [], dict[int, float](), set(pays)
    for number, (move, rate) in enumerate(zip(moves.tolist(), income.tolist(), strict=True)):
        gained = price * rate / 25_200
        price, accrued = price * (1 + move) + gained, accrued + gained
        if number in due:
            dividends[number] = round(accrued, 3)
            price, accrued = price - dividends[number], 0.0
        closes.append(price)
    return np.array(closes), dividends


def _on_sessions(sessions: tuple[date, ...], values: Mapping[date, float]) -> Floats:
    """A bond-market value on each stock session, the last one carried over bond holidays."""
    known = np.array([day.toordinal() for day in values])
    level = np.array(list(values.values()))
    at = np.array([day.toordinal() for day in sessions])
    carried: Floats = level[np.maximum(np.searchsorted(known, at, side="right") - 1, 0)]
    return carried


def _change(values: Floats) -> Floats:
    return np.diff(values, prepend=values[0])


def _returns(values: Floats) -> Floats:
    return np.expm1(_change(np.log(values)))


def funds(seed: int, indices: Mapping[str, Bars], yields: Daily, spreads: Daily) -> dict[str, Bars]:
    """Bond funds lose duration times the change of their yield; stock funds follow their index."""
    sessions = days("stock")
    y2, y10, y30 = (_on_sessions(sessions, yields[name]) for name in ("y2", "y10", "y30"))
    junk, grade = (_on_sessions(sessions, spreads[name]) for name in ("high_yield", "investment_grade"))
    monthly = [n for n, day in enumerate(sessions) if n and day.month != sessions[n - 1].month]
    quarterly = [n for n in monthly if sessions[n].month % 3 == 1]
    specs: dict[str, tuple[float, Floats, Floats, list[int], float]] = {
        "SHY": (83.6, -0.019 * _change(y2), y2, monthly, 3.5e6),
        "IEF": (104.2, -0.075 * _change(y10), y10, monthly, 6e6),
        "TLT": (121.5, -0.165 * _change(y30), y30, monthly, 2.5e7),
        "LQD": (112.9, -0.084 * _change(y10 + grade), y10 + grade, monthly, 2e7),
        "HYG": (81.1, -0.035 * _change(y2 + junk), y2 + 0.8 * junk, monthly, 3e7),
        "SPY": (250.2, _returns(indices["^GSPC"].close), np.full(len(sessions), 1.4), quarterly, 7.5e7),
        "IWM": (132.1, _returns(indices["^RUT"].close), np.full(len(sessions), 1.2), quarterly, 2.8e7),
        "QQQ": (155.0, _returns(indices["^IXIC"].close), np.full(len(sessions), 0.7), quarterly, 4.5e7),
    }
    found = {}
    for name, (start, moves, income, pays, volume) in specs.items():
        closes, dividends = _total_return_fund(start, moves, income, pays)
        found[name] = bars_around(sessions, closes, volume, stream(seed, name + " bars"), dividends)
    return found
