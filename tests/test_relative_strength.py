"""One index over another: the ratio, its change over 13 weeks, its place in the past year."""

from math import log

import pytest

from tests.models import Facts, Row, built, moment, series, weekdays

TODAY, START = "2026-01-07", "2025-10-08"  # 91 days apart
RUT, SPX = "YAHOO_RUT_CLOSE", "YAHOO_GSPC_CLOSE"


def strength(*given: Facts, pair: str = "russell_2000/sp_500") -> dict[str, Row]:
    rows = built("metrics.relative_strength", *given)
    return {row["date"].isoformat(): row for row in rows if row["pair"] == pair}


def ratios(numbers: dict[str, float]) -> tuple[Facts, Facts]:
    """Closes whose ratio is these numbers."""
    return series(RUT, {on: 100 * n for on, n in numbers.items()}), series(SPX, dict.fromkeys(numbers, 100.0))


def test_the_ratio_is_of_closes_of_the_same_session() -> None:
    rows = strength(series(RUT, {"2026-01-06": 2_500, TODAY: 2_600}), series(SPX, {TODAY: 6_500, "2026-01-08": 6_510}))
    assert {on: row["ratio"] for on, row in rows.items()} == {TODAY: 0.4}


def test_there_are_three_pairs() -> None:
    given = (series(RUT, {TODAY: 2_500}), series("NASDAQCOM", {TODAY: 20_000}), series("SP500", {TODAY: 5_000}))
    found = {row["pair"]: row["ratio"] for row in built("metrics.relative_strength", *given)}
    assert found == {
        "nasdaq_composite/sp_500": 4.0,
        "russell_2000/nasdaq_composite": 0.125,
        "russell_2000/sp_500": 0.5,
    }


def test_the_change_is_the_logarithm_over_13_weeks() -> None:
    row = strength(*ratios({START: 0.4, TODAY: 0.5}))[TODAY]
    assert row["log_change_13w"] == pytest.approx(log(1.25))


def test_the_change_starts_from_the_last_ratio_at_or_before_its_day() -> None:
    row = strength(*ratios({"2025-10-07": 0.4, "2025-10-09": 0.1, TODAY: 0.5}))[TODAY]
    assert row["log_change_13w"] == pytest.approx(log(1.25))


def test_a_ratio_more_than_a_week_too_old_is_no_start() -> None:
    assert strength(*ratios({"2025-09-30": 0.4, TODAY: 0.5}))[TODAY]["log_change_13w"] is None


def test_the_percentile_is_the_share_of_the_year_at_or_below() -> None:
    days = weekdays(TODAY, 200)
    rising = strength(*ratios({on: 1 + n / 1000 for n, on in enumerate(days)}))
    assert rising[TODAY]["percentile_52w"] == 1
    falling = strength(*ratios({on: 2 - n / 1000 for n, on in enumerate(days)}))
    assert falling[TODAY]["percentile_52w"] == 1 / 200
    assert falling[days[-2]]["percentile_52w"] is None


def test_equal_ratios_are_at_or_below_each_other() -> None:
    days = weekdays(TODAY, 200)
    rows = strength(*ratios(dict.fromkeys(days, 0.5) | {on: 0.6 for on in days[:50]}))
    assert rows[TODAY]["percentile_52w"] == 150 / 200


def test_a_ratio_of_more_than_a_year_ago_does_not_count() -> None:
    days = weekdays(TODAY, 270)
    counted = [on for on in days if on >= "2025-01-09"]  # 363 days before the day
    rows = strength(*ratios({on: (0.5 if on in counted else 0.1) for on in days[:-1]} | {TODAY: 0.4}))
    assert rows[TODAY]["percentile_52w"] == 1 / len(counted)


def test_a_ratio_is_known_when_the_later_of_both_closes_is() -> None:
    late = "2026-03-01 12:00"
    rows = strength(series(RUT, {TODAY: 2_600}), series(SPX, {TODAY: 6_500}, known_at=late))
    assert rows[TODAY]["known_at"] == moment(late)
