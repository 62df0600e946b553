"""Repo funding against the rate on reserves, and the use of the standing repo facility."""

import pytest

from tests.models import Facts, Row, built, moment, repo, series, weekdays

LAST = "2025-10-30"  # a Thursday


def stress(*given: Facts, as_of: str | None = None) -> dict[str, Row]:
    rows = built("metrics.funding_stress", *given, as_of=as_of)
    return {row["date"].isoformat(): row for row in rows}


def spreads(bps: dict[str, float]) -> tuple[Facts, Facts]:
    """SOFR this far above a rate on reserves of 4 percent."""
    return series("SOFR", {on: 4 + b / 100 for on, b in bps.items()}), series("IORB", dict.fromkeys(bps, 4.0))


def past(*last_bps: float) -> dict[str, float]:
    """510 trade dates at 10 basis points, then these up to the last."""
    days = weekdays(LAST, 510 + len(last_bps))
    return dict.fromkeys(days, 10.0) | dict(zip(days[510:], last_bps, strict=True))


def test_the_spread_is_in_basis_points() -> None:
    rows = stress(series("SOFR", {"2025-10-31": 4.22}), series("IORB", {"2025-10-31": 3.90}))
    assert rows["2025-10-31"]["sofr_iorb_bps"] == 32.0


def test_the_new_york_fed_stands_in_for_a_rate_that_fred_lacks() -> None:
    rows = stress(
        series("SOFR", {"2025-10-30": 4.10}),
        series("NYFED_SOFR", {"2025-10-30": 4.99, "2025-10-31": 4.22}),
        series("IORB", {"2025-10-30": 4.00, "2025-10-31": 3.90}),
    )
    assert [row["sofr_iorb_bps"] for row in rows.values()] == [10.0, 32.0]


def test_before_there_was_a_rate_on_reserves_the_spread_is_not_known() -> None:
    row = stress(series("SOFR", {"2021-07-28": 0.05}))["2021-07-28"]
    assert (row["sofr_iorb_bps"], row["is_stressed"]) == (None, None)


def test_a_day_without_sofr_is_no_trade_date() -> None:
    assert stress(series("IORB", {"2025-11-01": 4.0})) == {}


def test_the_maximum_is_over_five_trade_dates() -> None:
    days = weekdays(LAST, 7)
    rows = stress(*spreads(dict(zip(days, [1, 9, 2, 3, 4, 5, 6], strict=True))))
    assert [row["sofr_iorb_5d_max_bps"] for row in rows.values()] == [None, None, None, None, 9, 9, 6]


def test_the_percentile_is_of_the_maxima_before_the_day() -> None:
    rows = stress(*spreads(past(25)))
    assert rows[LAST]["sofr_iorb_p99_3y_bps"] == 10
    assert rows[LAST]["sofr_iorb_5d_max_bps"] == 25
    assert rows[LAST]["is_stressed"] is True


def test_the_percentile_needs_500_maxima() -> None:
    rows = stress(*spreads(past()))
    known = [row["sofr_iorb_p99_3y_bps"] is not None for row in rows.values()]
    assert known == [False] * 504 + [True] * 6  # four days before the first maximum, then 500 of them


def test_the_percentile_lies_between_the_two_values_it_falls_between() -> None:
    # Before the last day there are 506 + 5 maxima: 10 and then 15, 16, 17, 18, 19. Its place is 0.99 * 510 = 504.9,
    # between the 505th, which is 10, and the 506th, which is 10 as well; six more and it would not be.
    assert stress(*spreads(past(15, 16, 17, 18, 19, 20)))[LAST]["sofr_iorb_p99_3y_bps"] == 10
    # With 506 + 6 maxima the place is 0.99 * 511 = 505.89: between the 506th, 10, and the 507th, 15.
    found = stress(*spreads(past(15, 16, 17, 18, 19, 20, 21)))[LAST]["sofr_iorb_p99_3y_bps"]
    assert found == pytest.approx(10 + 0.89 * 5)


def test_a_calm_day_is_not_stressed_when_nothing_was_taken_up() -> None:
    rows = stress(*spreads(past(9, 9, 9, 9, 9)), repo(LAST, "Repo", 0.0, matures="2025-10-31"))
    assert rows[LAST]["sofr_iorb_5d_max_bps"] == 9
    assert rows[LAST]["is_stressed"] is False


def test_a_calm_day_whose_take_up_is_not_known_may_be_stressed() -> None:
    assert stress(*spreads(past(9, 9, 9, 9, 9)))[LAST]["is_stressed"] is None


def test_both_windows_of_the_standing_facility_are_summed() -> None:
    rows = stress(
        *spreads({LAST: 10}),
        repo(LAST, "Repo", 6e9, matures="2025-10-31"),
        repo(LAST, "Repo", 5e9, matures="2025-10-31"),
    )
    assert rows[LAST]["standing_repo_usd"] == 11e9
    assert rows[LAST]["is_stressed"] is True


def test_take_up_within_a_month_is_stress_on_the_very_day() -> None:
    given = (*spreads({"2025-10-29": 10, LAST: 10}), repo("2025-10-29", "Repo", 11e9, matures=LAST))
    first = stress(*given, as_of="2025-10-30 13:00")
    later = stress(*given, as_of="2025-10-31 13:00")
    assert list(first) == ["2025-10-29"]
    assert first["2025-10-29"]["is_stressed"] is later["2025-10-29"]["is_stressed"] is True


@pytest.mark.parametrize(
    ("on", "matures"),
    [("2025-10-31", "2025-11-03"), ("2024-03-28", "2024-04-01")],
    ids=["over a weekend", "over Good Friday"],
)
def test_take_up_over_the_turn_of_a_month_is_not_stress(on: str, matures: str) -> None:
    row = stress(*spreads({on: 10}), repo(on, "Repo", 50e9, matures=matures))[on]
    assert row["standing_repo_usd"] == 50e9
    assert row["is_stressed"] is None  # the percentile is not known, and take-up does not decide


def test_ten_billion_is_not_over_ten_billion() -> None:
    row = stress(*spreads({LAST: 10}), repo(LAST, "Repo", 10e9, matures="2025-10-31"))[LAST]
    assert row["is_stressed"] is None


def test_a_day_is_known_when_its_last_input_is_also_through_windows() -> None:
    late = "2026-02-01 12:00"
    days = weekdays(LAST, 8)
    given = (
        series("SOFR", {on: 4.1 for on in days if on != days[1]}),
        series("SOFR", {days[1]: 4.1}, known_at=late),
        series("IORB", dict.fromkeys(days, 4.0)),
        repo(LAST, "Repo", 0.0, matures="2025-10-31", known_at="2025-11-05 12:00"),
    )
    rows = stress(*given)
    # Known late: the day itself, and the days whose five trade dates it is one of.
    assert [days.index(on) for on, row in rows.items() if row["known_at"] == moment(late)] == [1, 4, 5]
    assert rows[days[6]]["known_at"] == moment("2025-10-30 12:02")
    assert rows[LAST]["known_at"] == moment("2025-11-05 12:00")


def test_a_rate_that_is_not_used_does_not_delay_the_day() -> None:
    unused = series("NYFED_SOFR", {LAST: 4.1}, known_at="2026-02-01 12:00")
    assert stress(*spreads({LAST: 10}), unused)[LAST]["known_at"] == moment("2025-10-31 12:02")
