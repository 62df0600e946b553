"""Real yields and credit spreads, with changes over 13 weeks."""

from tests.models import Facts, Row, built, moment, series

TODAY, START = "2026-01-07", "2025-10-08"  # 91 days apart


def rates(*given: Facts, as_of: str | None = None) -> dict[str, Row]:
    rows = built("metrics.rates_and_credit", *given, as_of=as_of)
    return {row["date"].isoformat(): row for row in rows}


def test_spreads_are_in_basis_points_and_yields_in_percent() -> None:
    row = rates(
        series("DFII10", {TODAY: 1.93}),
        series("BAMLH0A0HYM2", {TODAY: 2.87}),
        series("BAMLC0A0CM", {TODAY: 0.79}),
        series("BAA10Y", {TODAY: 1.75}),
    )[TODAY]
    assert row["real_yield_10y_pct"] == 1.93
    assert (row["high_yield_oas_bps"], row["investment_grade_oas_bps"], row["baa_10y_spread_bps"]) == (287, 79, 175)


def test_a_change_is_over_13_weeks() -> None:
    row = rates(series("DFII10", {START: 1.80, TODAY: 1.93}), series("BAMLH0A0HYM2", {START: 3.07, TODAY: 2.87}))
    assert row[TODAY]["real_yield_10y_change_13w_pct"] == 0.13
    assert row[TODAY]["high_yield_oas_change_13w_bps"] == -20
    assert row[START]["high_yield_oas_change_13w_bps"] is None


def test_each_series_starts_from_its_own_last_value() -> None:
    # On the day 91 days earlier one had a value; the other's last was the Friday before.
    given = (
        series("BAMLH0A0HYM2", {START: 3.07, TODAY: 2.87}),
        series("BAA10Y", {"2025-10-03": 1.70, TODAY: 1.75}),
    )
    row = rates(*given)[TODAY]
    assert (row["high_yield_oas_change_13w_bps"], row["baa_10y_spread_change_13w_bps"]) == (-20, 5)


def test_a_value_more_than_a_week_too_old_is_no_start() -> None:
    assert rates(series("BAA10Y", {"2025-09-30": 1.7, TODAY: 1.75}))[TODAY]["baa_10y_spread_change_13w_bps"] is None
    assert rates(series("BAA10Y", {"2025-10-01": 1.7, TODAY: 1.75}))[TODAY]["baa_10y_spread_change_13w_bps"] == 5


def test_a_later_value_is_never_a_start() -> None:
    assert rates(series("BAA10Y", {"2025-10-09": 1.7, TODAY: 1.75}))[TODAY]["baa_10y_spread_change_13w_bps"] is None


def test_where_high_yield_has_no_history_the_change_is_that_of_baa() -> None:
    baa = series("BAA10Y", {START: 1.70, TODAY: 1.75})
    fallback = rates(series("BAMLH0A0HYM2", {TODAY: 2.87}), baa)[TODAY]
    assert (fallback["credit_spread_change_13w_bps"], fallback["credit_spread_source"]) == (5, "baa_10y_spread")
    whole = rates(series("BAMLH0A0HYM2", {START: 3.07, TODAY: 2.87}), baa)[TODAY]
    assert (whole["credit_spread_change_13w_bps"], whole["credit_spread_source"]) == (-20, "high_yield_oas")


def test_a_spread_without_any_change_names_no_source() -> None:
    row = rates(series("BAA10Y", {TODAY: 1.75}))[TODAY]
    assert (row["credit_spread_change_13w_bps"], row["credit_spread_source"]) == (None, None)


def test_a_day_is_known_when_what_it_is_compared_with_is() -> None:
    late = "2026-03-01 12:00"
    used = rates(series("BAA10Y", {START: 1.7}, known_at=late), series("BAA10Y", {TODAY: 1.75}))
    assert used[TODAY]["known_at"] == moment(late)
    unused = rates(series("BAA10Y", {"2025-09-01": 1.7}, known_at=late), series("BAA10Y", {TODAY: 1.75}))
    assert unused[TODAY]["known_at"] == moment("2026-01-08 21:16")


def test_as_of_a_moment_before_the_release_the_day_is_not_there() -> None:
    assert list(rates(series("BAA10Y", {START: 1.7, TODAY: 1.75}), as_of="2026-01-08 21:15")) == [START]
