"""Cycles laid over each other: every week there should be is a row, and likeness is against random weeks."""

from datetime import timedelta
from math import exp, sin

import pytest

from tests.crypto_models import candles
from tests.models import Facts, Row, built, day, series, weeks

#: Breakouts of 2020-21 and of now; the history starts after 2016.
THEN, NOW = "2020-11-13", "2025-09-19"
FRIDAYS = weeks("2026-02-06", 330)


def russell() -> Facts:
    """Low for half a year before each breakout and high for half a year after, in one shape; between them it falls."""
    closes = {}
    for n, friday in enumerate(FRIDAYS):
        closes[friday] = 60 - n / 100 + sin(day(friday).toordinal()) / 1_000
        for breakout, size in ((THEN, 70), (NOW, 100)):
            week = (day(friday) - day(breakout)).days // 7
            if -26 <= week <= 26:
                closes[friday] = size * (0.5 + week % 7 / 100 if week < 0 else 1 + week % 5 / 100)
    return series("YAHOO_RUT_CLOSE", closes)


def analogs(*given: Facts) -> dict[tuple[str, str], Row]:
    return {(row["cycle"], row["asset"]): row for row in built("metrics.cycle_analog", *given)}


def test_a_cycle_that_repeats_itself_is_near_and_random_weeks_are_not() -> None:
    row = analogs(russell())["2020-21", "russell_2000"]
    assert (row["event_date"], row["compared_event_date"]) == (day(THEN), day(NOW))
    assert row["weeks_compared"] == 26 + 1 + 20
    assert row["distance"] == pytest.approx(0, abs=1e-6)
    assert row["share_as_near"] == pytest.approx(1 / 1_001, abs=1e-6)
    assert (row["random_windows"], row["independent_windows"]) == (1_000, (330 - 2 * 47) // 47)
    assert row["reason"] is None


def test_what_there_is_no_data_for_is_a_row_that_says_so() -> None:
    bitcoin_now = candles("BTC", {friday: exp(n / 50) for n, friday in enumerate(FRIDAYS) if friday > "2025-01-01"})
    ether_then = candles("ETH", {friday: 100.0 + n for n, friday in enumerate(FRIDAYS) if friday < "2025-06-14"})
    rows = analogs(russell(), bitcoin_now, ether_then)
    assert {key: row["reason"] for key, row in rows.items()} == {
        ("2016-17", "ALT"): "no closes now",
        ("2016-17", "BTC"): "no closes then",
        ("2016-17", "ETH"): "no closes now",
        ("2016-17", "russell_2000"): "no closes then",
        ("2020-21", "ALT"): "no closes now",
        ("2020-21", "BTC"): "no closes then",
        ("2020-21", "ETH"): "no closes now",
        ("2020-21", "russell_2000"): None,
    }
    assert all(row["distance"] is None for row in rows.values() if row["reason"])


@pytest.mark.parametrize(
    ("last", "reason"), [("2025-09-12", "no breakout since"), ("2025-10-10", "too few weeks since")]
)
def test_before_there_is_enough_to_compare_it_is_said(last: str, reason: str) -> None:
    cut = russell()
    rows = [row for row in cut.rows if row["period"] <= day(last)]
    assert analogs(Facts(cut.table, rows))["2020-21", "russell_2000"]["reason"] == reason


def test_a_path_has_every_week_and_starts_at_its_breakout() -> None:
    rows = [
        row for row in built("metrics.cycle_path", russell()) if (row["cycle"], row["asset"]) == ("now", "russell_2000")
    ]
    assert [row["weeks_from_event"] for row in rows] == list(range(-26, 27))
    assert [row["weeks_from_event"] for row in rows if row["level"] is None] == list(range(21, 27))
    event = rows[26]
    assert (event["week_ending"], event["log_growth_since_event"]) == (day(NOW), 0)
    assert rows[0]["week_ending"] == day(NOW) - timedelta(weeks=26)
    known = [row["zscore"] for row in rows if row["zscore"] is not None]
    assert sum(known) == pytest.approx(0, abs=1e-9)


def test_a_cycle_that_has_not_begun_by_then_is_not_there() -> None:
    early = series("YAHOO_RUT_CLOSE", {friday: 100.0 for friday in weeks("2020-10-30", 60)})
    assert {row["cycle"] for row in built("metrics.cycle_path", early)} == {"2016-17"}
