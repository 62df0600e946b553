"""A flush: coins of open interest and the price fall together, by far more than they do."""

from collections.abc import Sequence
from math import exp, log

import pytest

from tests.crypto_models import built_alone, days, interest
from tests.models import Row, built, moment

LAST = "2025-10-11"
AT = moment(LAST)


#: Days that in turn fall, rest and rise by a hundredth: the median of their log changes is nothing.
SWINGS = [1.01 ** (n % 3 - 1) - 1 for n in range(90)]


def flushes(moments: Sequence[str], oi: Sequence[float | None], price: Sequence[float | None] = ()) -> list[Row]:
    """A row per moment, with these changes; the price's are those of coins unless told."""
    rows = [
        {
            "symbol": "BTC",
            "observed_at": moment(at),
            "open_interest_coin_change_24h": oi_change,
            "price_change_24h": price_change,
            "change_venues": "okx",
            "known_at": moment(at),
        }
        for at, oi_change, price_change in zip(moments, oi, price or oi, strict=True)
    ]
    return built_alone("metrics.leverage_flush", {"metrics.open_interest": rows})


def flush(oi_change: float, price_change: float, before: int = 90) -> Row:
    """The row of a day after so many ordinary ones."""
    ordinary = SWINGS[:before]
    return flushes(days(LAST, before + 1), [*ordinary, oi_change], [*ordinary, price_change])[-1]


@pytest.mark.parametrize(
    ("was", "now", "share", "log_change"), [(217, 123, -0.43318, -0.567713), (14, 6, -0.57143, -0.847298)]
)
def test_october_2025_was_a_flush(was: float, now: float, share: float, log_change: float) -> None:
    row = flush(now / was - 1, -0.10)
    assert row["oi_coin_change_24h"] == pytest.approx(share, abs=5e-6)
    # The median is 0 and the median absolute deviation log 1.01.
    assert row["oi_zscore"] == pytest.approx(log_change / (1.4826 * log(1.01)), rel=1e-5)
    assert row["price_zscore"] == pytest.approx(log(0.90) / (1.4826 * log(1.01)))
    assert row["is_flush"] is True


@pytest.mark.parametrize(
    ("oi_change", "price_change", "is_flush"),
    [
        (0.0, -0.20, False),
        (-0.40, 0.0, False),
        (-0.40, 0.20, False),
        (0.40, -0.20, False),
        (-0.40, -0.20, True),
    ],
    ids=["the price alone", "coins alone", "shorts closed", "shorts opened", "both"],
)
def test_both_must_fall(oi_change: float, price_change: float, is_flush: bool) -> None:
    assert flush(oi_change, price_change)["is_flush"] is is_flush


@pytest.mark.parametrize(
    ("oi_z", "price_z", "is_flush"), [(-3.001, -2.001, True), (-2.999, -2.001, False), (-3.001, -1.999, False)]
)
def test_the_thresholds_are_three_for_coins_and_two_for_the_price(oi_z: float, price_z: float, is_flush: bool) -> None:
    unit = 1.4826 * log(1.01)
    row = flush(exp(oi_z * unit) - 1, exp(price_z * unit) - 1)
    assert (row["oi_zscore"], row["price_zscore"]) == (pytest.approx(oi_z), pytest.approx(price_z))
    assert row["is_flush"] is is_flush


def test_a_change_that_overlaps_the_current_one_is_not_what_it_is_measured_with() -> None:
    rows = flushes([*days(LAST, 60), f"{LAST} 06:00"], [*SWINGS[:59], -0.40, -0.40])
    # Sixty changes precede the last one, of which one shares 18 hours with it.
    assert [row["oi_zscore"] is None for row in rows[-2:]] == [True, True]
    rows = flushes([*days(LAST, 61), f"{LAST} 06:00"], [*SWINGS[:60], -0.40, -0.40])
    assert [row["is_flush"] for row in rows[-2:]] == [True, True]


@pytest.mark.parametrize(("before", "is_known"), [(59, False), (60, True)])
def test_60_days_before_are_needed(before: int, is_known: bool) -> None:
    row = flush(-0.40, -0.20, before=before)
    assert (row["oi_zscore"] is not None) is is_known
    assert row["is_flush"] is (True if is_known else None)


def test_days_that_never_move_have_no_scale() -> None:
    row = flushes(days(LAST, 91), [*[0.0] * 90, -0.40])[-1]
    assert (row["oi_zscore"], row["is_flush"]) == (None, None)


def test_a_fall_of_the_price_does_not_look_like_a_fall_of_coins_from_the_facts_on() -> None:
    levels = [(level, level) for level in (100, 101, 103, 101)] * 23
    told = {f"{on} 00:00": level for on, level in zip(days("2025-10-10", 92), levels, strict=True)}
    row = built("metrics.leverage_flush", interest("okx", told), interest("okx", {f"{LAST} 00:00": (101, 50)}))[-1]
    assert row["observed_at"] == AT
    assert (row["oi_coin_change_24h"], row["price_change_24h"]) == (0.0, pytest.approx(50 / 101 - 1))
    assert row["price_zscore"] < -20
    assert row["is_flush"] is False


def test_a_flush_is_known_with_the_days_it_is_measured_with() -> None:
    assert flush(-0.40, -0.20)["known_at"] == AT
