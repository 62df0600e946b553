"""Books by hour: medians by venue, the same venues over time, and nothing where too little was polled."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.crypto_models import built_alone
from tests.models import Facts, Row, built, day, moment
from warehouse.tables.books import BOOK_CAPTURE

HOUR = "2026-01-07 12:00"
SIDES = ("bid", "ask")
BANDS = (10, 25, 50, 100, 200)


def books(venue: str, at: str = HOUR, polls: int = 10, depth: float | None = 1e6, **told: Any) -> list[Row]:
    """Books of one venue spread over an hour, each as deep on both sides within every band."""
    row = {
        "venue": venue,
        "market": "spot",
        "symbol": "BTC/USD",
        "base": "BTC",
        "spread_bps": 2.0,
        **{f"depth_{side}_{band}bps_usd": depth for side in SIDES for band in BANDS},
        **{f"slippage_{taker}_{size}_bps": 5.0 for taker in ("buy", "sell") for size in ("100k", "1m")},
        **told,
    }
    times = [moment(at) + timedelta(minutes=60 * n / polls) for n in range(polls)]
    return [row | {"observed_at": time, "known_at": time} for time in times]


def asked(venue: str, at: str = HOUR, *, polls: int = 10, served: int | None = None) -> Row:
    """What a capture counted of one market in one hour; it is known when the hour is over."""
    hour, served = moment(at), polls if served is None else served
    counts = {"polls_expected": polls, "polls_served": served, "known_at": hour + timedelta(hours=1)}
    return {"venue": venue, "market": "spot", "symbol": "BTC/USD", "hour": hour, **counts}


def complete(rows: list[Row]) -> list[Row]:
    """Captures that got every one of these books."""
    polled = Counter((row["venue"], f"{row['observed_at']:%Y-%m-%d %H:00}") for row in rows)
    return [asked(venue, at, polls=count) for (venue, at), count in polled.items()]


def hourly(*rows: list[Row], captures: list[Row] | None = None, volumes: list[Row] | None = None) -> list[Row]:
    told = [row for some in rows for row in some]
    given = {
        "metrics.order_book": told,
        "staged.book_capture": complete(told) if captures is None else captures,
        "metrics.crypto_price": volumes or [],
    }
    return built_alone("metrics.order_book_hourly", given)


def test_depth_is_summed_over_venues_and_spread_is_the_middle_one() -> None:
    (row,) = hourly(
        books("coinbase", depth=1e6, spread_bps=1.0),
        books("kraken", depth=2e6, spread_bps=2.0),
        books("okx", depth=3e6, spread_bps=9.0),
    )
    assert [row[f"depth_{band}bps_usd"] for band in BANDS] == [12e6] * 5
    assert row["spread_bps"] == 2.0
    assert row["venues"] == row["depth_100bps_venues"] == "coinbase, kraken, okx"
    assert row["coverage_share"] == 1.0
    assert row["known_at"] == moment("2026-01-07 13:00")


def test_a_median_is_not_moved_by_one_odd_poll() -> None:
    given = books("coinbase")
    given[3] = given[3] | {"spread_bps": 500.0, "depth_bid_100bps_usd": 0.0}
    (row,) = hourly(given)
    assert (row["spread_bps"], row["depth_100bps_usd"]) == (2.0, 2e6)


def test_perpetual_books_and_books_with_missing_updates_are_not_counted() -> None:
    swap, spot = asked("okx") | {"market": "linear"}, asked("kraken")
    (row,) = hourly(books("okx", market="linear"), books("kraken", seq_ok=False), captures=[swap, spot])
    assert (row["coverage_share"], row["venues"], row["spread_bps"]) == (1.0, None, None)


def test_a_band_that_a_book_does_not_reach_is_summed_over_the_others() -> None:
    short = {f"depth_{side}_{band}bps_usd": None for side in SIDES for band in (100, 200)}
    (row,) = hourly(books("coinbase", **short), books("kraken", depth=3e6))
    assert (row["depth_50bps_usd"], row["depth_50bps_venues"]) == (8e6, "coinbase, kraken")
    assert (row["depth_100bps_usd"], row["depth_100bps_venues"]) == (6e6, "kraken")
    (alone,) = hourly(books("coinbase", **short))
    assert (alone["depth_100bps_usd"], alone["depth_100bps_venues"]) == (None, None)


def test_a_book_too_thin_for_an_amount_is_dearer_than_any() -> None:
    given = books("coinbase")
    thin = [row | {"slippage_buy_1m_bps": None} for row in given]
    (row,) = hourly(thin[:4] + given[4:])
    assert row["slippage_buy_1m_bps"] == 5.0
    (row,) = hourly(thin[:6] + given[6:])
    assert (row["slippage_buy_1m_bps"], row["slippage_sell_1m_bps"]) == (None, 5.0)


@pytest.mark.parametrize(("served", "is_known"), [(8, True), (7, False)])
def test_an_hour_with_too_few_polls_is_not_known(served: int, is_known: bool) -> None:
    (row,) = hourly(books("coinbase", polls=served), captures=[asked("coinbase", polls=10, served=served)])
    assert row["coverage_share"] == served / 10
    assert (row["spread_bps"] is not None) is is_known
    assert (row["depth_100bps_usd"] is not None) is is_known
    assert (row["venues"] is not None) is is_known


def test_coverage_is_of_what_was_asked_for_and_not_of_the_busiest_hour() -> None:
    later = "2026-01-07 13:00"
    slower = [asked("coinbase", polls=720), asked("coinbase", later, polls=10)]
    rows = hourly(books("coinbase", polls=720), books("coinbase", later), captures=slower)
    assert [(row["coverage_share"], row["spread_bps"]) for row in rows] == [(1.0, 2.0), (1.0, 2.0)]


def test_a_poll_that_brought_the_same_book_again_was_served() -> None:
    (row,) = hourly(books("coinbase", polls=5), captures=[asked("coinbase", polls=10, served=9)])
    assert (row["coverage_share"], row["spread_bps"]) == (0.9, 2.0)


def test_an_hour_without_a_book_has_its_coverage_and_one_that_nobody_counted_is_not_told() -> None:
    (row,) = hourly(books("kraken", "2026-01-07 14:00"), captures=[asked("coinbase", served=0)])
    assert (row["hour"], row["coverage_share"], row["spread_bps"]) == (moment(HOUR), 0.0, None)


def test_two_venues_one_of_which_is_silent_are_half_covered() -> None:
    (row,) = hourly(books("coinbase"), captures=[asked("coinbase"), asked("kraken", served=0)])
    assert (row["coverage_share"], row["depth_100bps_usd"]) == (0.5, None)


def test_one_venue_of_five_that_is_silent_is_left_out_and_named_by_its_absence() -> None:
    venues = ("bitget", "coinbase", "gate", "kraken")
    captures = [asked("okx", served=0), *map(asked, venues)]
    (row,) = hourly(*map(books, venues), captures=captures)
    assert row["coverage_share"] == 0.8
    assert (row["depth_100bps_usd"], row["depth_100bps_venues"]) == (8e6, "bitget, coinbase, gate, kraken")


def test_captures_of_an_hour_add_up_as_far_as_they_were_known() -> None:
    """Twelve polls of which nine were served, then six of which all: 15 of 18."""
    told = [asked("okx", polls=12, served=9), asked("okx", polls=6)]
    late = moment("2026-01-07 15:00")
    captures = Facts(BOOK_CAPTURE, [told[0], told[1] | {"known_at": late}])
    (before,) = built("staged.book_capture", captures, as_of="2026-01-07 14:00")
    (after,) = built("staged.book_capture", captures)
    assert (before["polls_served"], before["polls_expected"], before["known_at"]) == (9, 12, moment("2026-01-07 13:00"))
    assert (after["polls_served"], after["polls_expected"], after["known_at"]) == (15, 18, late)


def volume(last: str, number: int, usd: float) -> list[Row]:
    return [
        {
            "symbol": "BTC",
            "date": day(last) - timedelta(days=n),
            "close_usd": 1e5,
            "close_venue": "coinbase",
            "spot_volume_usd": usd,
        }
        for n in range(number)
    ]


def thinness(depths: list[float], *, last_venue: str = "coinbase", volumes: list[Row] | None = None) -> float | None:
    """Of the last of these weeks' same hour, each with one poll."""
    hours = [moment(HOUR) - timedelta(weeks=n) for n in reversed(range(len(depths)))]
    rows = [
        books("coinbase" if hour < moment(HOUR) else last_venue, f"{hour:%Y-%m-%d %H:%M}", polls=1, depth=depth)
        for hour, depth in zip(hours, depths, strict=True)
    ]
    found = hourly(*rows, volumes=volumes or volume("2026-01-06", 300, 1e9))
    value: float | None = found[-1]["thinness_percentile"]
    return value


def test_thinness_is_the_share_of_earlier_weeks_that_were_thinner() -> None:
    weeks = [float(1e6 * n) for n in range(1, 21)]
    assert thinness([*weeks, 0.5e6]) == 0.0
    assert thinness([*weeks, 5.5e6]) == 0.25
    assert thinness([*weeks, 99e6]) == 1.0


def test_13_earlier_weeks_are_needed_and_those_before_180_days_do_not_count() -> None:
    assert thinness([1e6] * 12 + [2e6]) is None
    assert thinness([1e6] * 13 + [2e6]) == 1.0
    # Of 40 weeks before, 25 are within 180 days.
    assert thinness([9e6] * 15 + [1e6] * 25 + [2e6]) == 1.0


def test_another_hour_of_the_week_is_no_comparison() -> None:
    rows = [books("coinbase", f"2025-12-{n:02} 12:00", polls=1) for n in range(1, 32)]
    found = hourly(*rows, volumes=volume("2026-01-06", 90, 1e9))
    assert {row["thinness_percentile"] for row in found} == {None}


def test_other_venues_are_no_comparison() -> None:
    assert thinness([1e6] * 20 + [2e6], last_venue="kraken") is None


def test_as_much_depth_in_a_busier_market_is_thinner() -> None:
    busier = volume("2026-01-06", 30, 4e9) + volume("2025-12-07", 270, 1e9)
    assert thinness([1e6] * 21, volumes=busier) == 0.0
    assert thinness([1e6] * 20 + [2e6], volumes=volume("2026-01-06", 19, 1e9)) is None
