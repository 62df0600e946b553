"""Leverage: open interest at the end of a day against turnover, depth and capitalisation."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.crypto_models import built_alone, candles, days, funding, interest
from tests.models import Row, built, day, moment

ON = "2026-01-06"
#: The midnight that ends that day.
AT = "2026-01-07 00:00"
MONTH = days(ON, 30)
NONE: Mapping[str, float] = {}


def leverage(*given: Any, as_of: str | None = None) -> Row:
    (row,) = (row for row in built("metrics.leverage", *given, as_of=as_of) if row["date"] == day(ON))
    return row


def perpetual(venue: str, coins: float, on: list[str] = MONTH) -> Any:
    return candles("BTC", dict.fromkeys(on, 100), venue=venue, market="perpetual", quote="USDT", coins=coins)


def test_days_of_turnover_are_open_interest_over_the_30_day_average_of_the_same_venues() -> None:
    row = leverage(
        interest("okx", {AT: (300, 100)}),
        interest("gate", {AT: (100, 100)}),
        interest("hyperliquid", {AT: (999, 100)}),
        perpetual("okx", 150),
        perpetual("gate", 50),
        perpetual("bitget", 777),
    )
    assert row["oi_to_volume_days"] == pytest.approx(2.0)
    assert (row["venues"], row["volume_venues"]) == ("gate, hyperliquid, okx", "gate, okx")
    assert row["open_interest_usd"] == 139_900


def test_an_average_of_fewer_than_30_days_is_none() -> None:
    row = leverage(interest("okx", {AT: (300, 100)}), perpetual("okx", 150, MONTH[1:]))
    assert (row["oi_to_volume_days"], row["volume_venues"]) == (None, None)


def test_spot_volume_is_no_perpetual_volume() -> None:
    row = leverage(
        interest("okx", {AT: (300, 100)}), candles("BTC", dict.fromkeys(MONTH, 100), venue="okx", quote="USDT")
    )
    assert row["oi_to_volume_days"] is None


def test_only_ends_of_days_have_a_row() -> None:
    rows = built("metrics.leverage", interest("okx", {AT: (300, 100), "2026-01-07 09:00": (400, 100)}))
    assert [(row["date"], row["open_interest_usd"]) for row in rows] == [(day(ON), 30_000)]


def test_funding_is_that_of_the_same_moment() -> None:
    row = leverage(interest("okx", {AT: (300, 100)}), funding("okx", {AT: 0.0001}))
    assert row["funding_annualised_pct"] == pytest.approx(10.95)


def test_a_day_is_known_with_the_last_candle_behind_it() -> None:
    given = (interest("okx", {AT: (300, 100)}), perpetual("okx", 150))
    assert leverage(*given)["known_at"] == moment("2026-01-07 00:01")
    assert leverage(*given, as_of="2026-01-07 00:00")["oi_to_volume_days"] is None


def beside(
    depths: Sequence[float | None] = (), cap: float | None = None, coins: float = 7e5, held: Mapping[str, float] = NONE
) -> Row:
    """A day with 70 billion of open interest, depth by hour, a capitalisation, and coins at exchanges by day."""
    level = {"symbol": "BTC", "open_interest_coin": coins, "open_interest_usd": 70e9, "venues": "okx"}
    hours = [
        {"symbol": "BTC", "hour": moment(ON) + timedelta(hours=n), "coverage_share": 1.0, "depth_100bps_usd": depth}
        for n, depth in enumerate(depths)
    ]
    price = {"symbol": "BTC", "date": day(ON), "close_usd": 1e5, "close_venue": "coinbase", "market_cap_usd": cap}
    (row,) = built_alone(
        "metrics.leverage",
        {
            "metrics.open_interest": [level | {"observed_at": moment(AT)}],
            "metrics.order_book_hourly": hours,
            "metrics.crypto_price": [price],
            "staged.exchange_reserve": [
                {"symbol": "BTC", "date": day(on), "reserve_coin": reserve, "source": "A Vendor"}
                for on, reserve in held.items()
            ],
        },
    )
    return row


def test_open_interest_over_capitalisation() -> None:
    assert beside(cap=1.8e12)["oi_to_market_cap_share"] == pytest.approx(0.038889, abs=5e-7)
    assert beside()["oi_to_market_cap_share"] is None


def test_open_interest_over_coins_at_exchanges_of_the_same_day() -> None:
    row = beside(coins=25_000, held={ON: 100_000, "2026-01-07": 50_000})
    assert (row["estimated_leverage_ratio"], row["reserve_source"]) == (0.25, "A Vendor")
    row = beside(coins=25_000, held={"2026-01-05": 100_000})
    assert (row["estimated_leverage_ratio"], row["reserve_source"]) == (None, None)


def test_depth_is_the_median_of_the_hours_that_are_covered() -> None:
    depths = [35e6] * 10 + [70e6] * 11 + [None] * 3
    assert beside(depths)["oi_to_depth"] == pytest.approx(1_000)


@pytest.mark.parametrize(("hours", "is_known"), [(20, True), (19, False)])
def test_20_hours_of_depth_are_needed(hours: int, is_known: bool) -> None:
    depths: list[float | None] = [35e6] * hours + [None] * (24 - hours)
    assert (beside(depths)["oi_to_depth"] is not None) is is_known
