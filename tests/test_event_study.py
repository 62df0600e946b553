"""What coins did after drought-ending highs: every event is a row, and only those with data count."""

import csv
import gzip
import os
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.statistics.metrics import event_study
from tests.crypto_models import candles, days
from tests.models import Facts, Row, built, day, moment, series
from tests.pipeline import needs_recordings

EVENT = "2025-09-18"
#: 100, nothing for 200 days, and 101.
RUSSELL = series("YAHOO_RUT_CLOSE", {"2025-03-01": 99, "2025-03-02": 100, "2025-09-17": 98, EVENT: 101})


def bitcoin(last: str, number: int) -> Facts:
    """One more each day, 100 on the day of the event."""
    closes = {d: 100.0 + (day(d) - day(EVENT)).days for d in days(last, number)}
    return candles("BTC", closes)


def returns(*given: Facts, asset: str = "BTC") -> dict[int, Row]:
    rows = built("metrics.event_return", *given)
    return {row["horizon_weeks"]: row for row in rows if row["asset"] == asset}


def test_the_return_is_from_the_days_close_to_that_of_exactly_so_many_weeks_later() -> None:
    row = returns(RUSSELL, bitcoin("2026-04-01", 290))[13]
    assert (row["start_close"], row["end_close"], row["forward_return"]) == (100, 191, pytest.approx(0.91))
    assert (row["horizon_date"], row["reason"]) == (day(EVENT) + timedelta(days=91), None)
    assert row["known_at"] == moment("2025-12-19 00:01")


def test_what_is_not_known_is_a_row_that_says_why() -> None:
    rows = returns(RUSSELL, bitcoin("2025-11-20", 100))
    assert {h: (row["forward_return"], row["reason"]) for h, row in rows.items()} == {
        4: (pytest.approx(0.28), None),
        8: (pytest.approx(0.56), None),
        13: (None, "not over yet"),
        26: (None, "not over yet"),
    }
    assert {row["reason"] for row in returns(RUSSELL, bitcoin("2025-11-20", 100), asset="ETH").values()} == {
        "no close on the day"
    }
    gap = candles("BTC", {EVENT: 100, "2025-10-15": 101, "2025-10-17": 102})
    assert returns(RUSSELL, gap)[4]["reason"] == "no close at the end"


def test_only_the_russell_2000_and_only_the_end_of_a_drought_is_an_event() -> None:
    other = series("YAHOO_GSPC_CLOSE", {"2025-01-01": 1, "2025-01-02": 2, "2025-12-01": 3})
    again = series("YAHOO_RUT_CLOSE", {"2025-09-19": 102})
    events = {row["event_date"] for row in built("metrics.event_return", RUSSELL, again, other)}
    assert events == {day(EVENT)}


# -- the study -------------------------------------------------------------------------------------


def study(events: list[float | None], usual: list[float]) -> Row:
    """One asset at 4 weeks: forward returns after events, and after days in a row."""
    named = {"event_set": "s", "asset": "BTC", "horizon_weeks": 4, "known_at": moment("2026-01-01")}
    after_events = [named | {"forward_return": value} for value in events]
    after_days = [
        {key: named[key] for key in ("asset", "horizon_weeks", "known_at")}
        | {"date": day("2020-01-01") + timedelta(days=n), "forward_return": value}
        for n, value in enumerate(usual)
    ]
    types = {"known_at": pl.Datetime("us", "UTC"), "forward_return": pl.Float64}
    (row,) = event_study.rows(
        pl.DataFrame(after_events, schema_overrides=types),
        pl.DataFrame(after_days, schema_overrides=types)
        if after_days
        else pl.DataFrame(schema={"asset": pl.String, "horizon_weeks": pl.Int64, "date": pl.Date, **types}),
    ).rows(named=True)
    return row


def test_events_as_good_as_the_best_days_are_rare_and_those_like_any_are_not() -> None:
    usual = [float(n % 100) for n in range(2_000)]
    best, any_day = study([99.0, 98.0], usual), study([49.0, 50.0], usual)
    assert best["p_value"] < 0.01
    assert 0.4 < any_day["p_value"] < 0.6
    assert best["unconditional_mean"] == any_day["unconditional_mean"] == 49.5
    assert (best["mean_return"], best["n"], best["start_days"]) == (98.5, 2, 2_000)
    # Means of two such days have a standard deviation of about 20, and it takes 2.5 of them.
    assert best["minimum_detectable_effect"] == pytest.approx(2.5 * 28.9 / 2**0.5, rel=0.15)


def test_events_without_data_are_counted_apart() -> None:
    row = study([1.0, None, None], [float(n) for n in range(200)])
    assert (row["n"], row["events_without_data"], row["mean_return"]) == (1, 2, 1)


def test_where_nothing_is_known_nothing_is_said() -> None:
    row = study([None], [])
    said = {row[name] for name in ("mean_return", "unconditional_mean", "p_value", "minimum_detectable_effect")}
    assert (said, row["n"], row["start_days"]) == ({None}, 0, 0)


def test_events_that_do_not_fit_apart_have_no_p_value() -> None:
    row = study([1.0, 2.0, 3.0], [float(n) for n in range(56)])
    assert (row["mean_return"], row["p_value"], row["minimum_detectable_effect"]) == (2, None, None)


def test_the_study_is_made_of_the_returns_and_of_all_days_that_have_one() -> None:
    rows = built("metrics.event_study", RUSSELL, bitcoin("2026-04-01", 290))
    row = next(row for row in rows if (row["asset"], row["horizon_weeks"]) == ("BTC", 26))
    assert (row["n"], row["mean_return"]) == (1, pytest.approx(1.82))
    assert row["start_days"] == 290 - 182
    assert row["last_start_date"] == day("2026-04-01") - timedelta(days=182)
    assert not row["is_survivorship_biased"]


# -- what happened ---------------------------------------------------------------------------------


def recorded(symbol: str) -> dict[str, float]:
    path = Path(os.environ["TIDEGAUGE_RECORDINGS"]) / "yahoo" / f"{symbol}.csv.gz"
    with gzip.open(path, "rt") as lines:
        return {row["date"]: float(row["close"]) for row in csv.DictReader(lines) if row["close"]}


@pytest.fixture(scope="module")
def happened() -> dict[str, list[Row]]:
    index = series("YAHOO_RUT_CLOSE", recorded("_RUT"))
    coins = [candles(coin, recorded(f"{coin}-USD")) for coin in ("BTC", "ETH")]
    return {name: built(f"metrics.{name}", index, *coins) for name in ("event_return", "event_study")}


@needs_recordings
def test_after_the_high_of_november_2020_bitcoin_tripled_and_ether_rose_more_than_eightfold(
    happened: dict[str, list[Row]],
) -> None:
    found = {
        row["asset"]: row["forward_return"]
        for row in happened["event_return"]
        if (row["event_date"], row["horizon_weeks"]) == (day("2020-11-13"), 26)
    }
    assert found == {"BTC": pytest.approx(2.06, abs=0.005), "ETH": pytest.approx(7.59, abs=0.005), "ALT": None}


@needs_recordings
def test_of_seventeen_highs_bitcoin_knows_five_and_they_show_nothing(happened: dict[str, list[Row]]) -> None:
    events = {row["event_date"].isoformat() for row in happened["event_return"]}
    assert len(events) == 17
    assert {"2016-11-14", "2020-11-13", "2021-11-02", "2025-09-18"} <= events
    rows = {(row["asset"], row["horizon_weeks"]): row for row in happened["event_study"]}
    assert [rows[asset, 26]["n"] for asset in ("BTC", "ETH", "ALT")] == [5, 3, 0]
    assert all(rows["BTC", horizon]["p_value"] > 0.05 for horizon in (4, 8, 13, 26))
    # What half a year after five highs could show at all is that they more than double what bitcoin does anyway.
    assert rows["BTC", 26]["minimum_detectable_effect"] > 1
