"""Weeks that end on Friday: closes of the day, published figures from the Friday they were known on, changes."""

from datetime import timedelta
from math import log

import pytest

from tests.crypto_models import candles, days
from tests.models import Facts, Row, built, day, moment, series, weekdays, weeks
from warehouse.releases import H15

#: The first is Good Friday of 2026 less two weeks; on Good Friday, 2026-04-03, there is no session.
FRIDAYS = weeks("2026-04-10", 4)
SESSIONS = [d for d in weekdays("2026-04-10", 20) if d != "2026-04-03"]
RUSSELL = series("YAHOO_RUT_CLOSE", {d: 2_000.0 + n for n, d in enumerate(SESSIONS)})


def measured(measure: str, *given: Facts, as_of: str | None = None) -> dict[str, Row]:
    rows = built("metrics.weekly_return", *given, as_of=as_of)
    return {row["week_ending"].isoformat(): row for row in rows if row["measure"] == measure}


def test_an_index_counts_at_its_last_session_of_the_week() -> None:
    rows = measured("russell_2000", RUSSELL)
    assert list(rows) == FRIDAYS
    assert [row["level_date"].isoformat() for row in rows.values()] == [
        "2026-03-20", "2026-03-27", "2026-04-02", "2026-04-10",
    ]  # fmt: skip
    assert rows["2026-03-27"]["change_1w"] == pytest.approx(log(2_009 / 2_004))
    assert rows["2026-03-20"]["change_1w"] is None
    assert rows["2026-03-27"]["change_unit"] == "log ratio"


def test_a_coin_counts_at_the_end_of_the_same_utc_day() -> None:
    closes = {d: 100.0 + n for n, d in enumerate(days("2026-04-12", 10))}  # the tenth is a Friday: 100 + 7
    row = measured("BTC", candles("BTC", closes))["2026-04-10"]
    assert (row["level"], row["level_date"]) == (107, day("2026-04-10"))
    assert row["known_at"] == moment("2026-04-11 00:01")


def test_a_week_that_is_not_over_has_no_row() -> None:
    assert "2026-04-10" not in measured("russell_2000", series("YAHOO_RUT_CLOSE", {"2026-04-02": 1, "2026-04-09": 2}))
    # Of a Friday without a session nothing is said before the next one.
    until_thursday = {d: 2_000.0 for d in SESSIONS if d <= "2026-04-02"}
    assert list(measured("russell_2000", series("YAHOO_RUT_CLOSE", until_thursday))) == FRIDAYS[:2]


def test_a_coin_that_is_delisted_ends_with_its_last_whole_week() -> None:
    rows = measured("EOS", candles("EOS", dict.fromkeys(days("2026-04-06", 20), 1.0)), RUSSELL)
    assert max(rows) == "2026-04-03"


def test_a_yield_counts_from_the_friday_it_was_known_on() -> None:
    """H.15 tells of Thursday on Friday afternoon; Friday's own yield is known on Monday."""
    yields = {d: n / 100 for n, d in enumerate(SESSIONS)}
    rows = measured("real_yield_10y", series("DFII10", yields), RUSSELL)
    assert rows["2026-03-20"]["level_date"] == day("2026-03-19")
    assert rows["2026-03-27"]["change_1w"] == pytest.approx(0.05)
    assert rows["2026-03-27"]["change_unit"] == "percentage points"


def test_net_liquidity_of_wednesday_counts_on_friday() -> None:
    wednesdays = [(day(friday) - timedelta(days=2)).isoformat() for friday in FRIDAYS]
    given = (
        series("WALCL", dict(zip(wednesdays, (6e6, 6.3e6, 6e6, 6e6), strict=True))),
        series("WTREGEN", dict.fromkeys(wednesdays, 0.0)),
        series("RRPONTSYD", dict.fromkeys(wednesdays, 0.0)),
    )
    rows = measured("net_liquidity", *given, RUSSELL)
    assert list(rows) == FRIDAYS
    assert rows["2026-03-27"]["change_1w"] == pytest.approx(log(6.3 / 6))
    assert rows["2026-03-27"]["level"] == 6.3e12


def test_a_release_that_came_after_the_week_leaves_it_without_a_level() -> None:
    """The H.4.1 of 2025-12-24 was out on Monday the 29th: that Friday nobody knew it."""
    wednesdays = weeks("2025-12-31", 3)
    given = [series(name, dict.fromkeys(wednesdays, 5e6)) for name in ("WALCL", "WTREGEN")]
    given.append(series("RRPONTSYD", dict.fromkeys(wednesdays, 0.0)))
    closes = series("YAHOO_RUT_CLOSE", dict.fromkeys(weekdays("2026-01-02", 15), 2_000.0))
    rows = measured("net_liquidity", *given, closes)
    assert [(row["week_ending"].isoformat(), row["level_date"].isoformat()) for row in rows.values()] == [
        ("2025-12-19", "2025-12-17"),
        ("2026-01-02", "2025-12-31"),
    ]
    assert rows["2026-01-02"]["change_1w"] is None


@pytest.mark.parametrize("friday", FRIDAYS)
def test_no_week_holds_what_was_not_known_when_it_ended(friday: str) -> None:
    """The same row as of the end of that Friday in UTC, when the coins' candles are in, as in hindsight."""
    yields = {d: n / 100 for n, d in enumerate(SESSIONS)}
    given = (series("DFII10", yields), RUSSELL, candles("BTC", {d: 100.0 + n for n, d in enumerate(days(friday, 25))}))
    then = f"{day(friday) + timedelta(days=1)} 00:05"
    for measure in ("real_yield_10y", "BTC"):
        assert measured(measure, *given, as_of=then)[friday] == measured(measure, *given)[friday]


def test_a_restated_figure_changes_its_week_and_does_not_move_to_another() -> None:
    told = series("DFII10", {"2026-03-19": 2.0, "2026-03-26": 2.1, "2026-04-01": 2.2})
    restated = series("DFII10", {"2026-03-26": 2.5}, known_at="2026-04-09 12:00", basis="observed")
    before, after = (measured("real_yield_10y", told, *more, RUSSELL) for more in ((), (restated,)))
    assert (before["2026-03-27"]["level"], after["2026-03-27"]["level"]) == (2.1, 2.5)
    assert after["2026-03-27"]["known_at"] == moment("2026-04-09 12:00")
    assert list(before) == list(after)


def test_what_an_archive_first_tells_of_years_after_is_no_news_of_that_week() -> None:
    archived = series("BAA10Y", {"2010-01-04": 3.0}, known_at="2026-04-08 12:00", basis="vintage")
    assert measured("baa_10y_spread", archived, RUSSELL) == {}


def test_changes_over_six_and_thirteen_weeks_are_over_exactly_as_many() -> None:
    fridays = weeks("2026-04-10", 15)
    rows = measured("SPY", series("YAHOO_SPY_ADJUSTED_CLOSE", {f: 2.0**n for n, f in enumerate(fridays) if n != 1}))
    last = rows["2026-04-10"]
    assert (last["change_1w"], last["change_6w"]) == (pytest.approx(log(2)), pytest.approx(6 * log(2)))
    assert last["change_13w"] is None  # the second week is missing
    assert rows["2026-04-03"]["change_13w"] == pytest.approx(13 * log(2))


def test_treasuries_are_half_short_and_half_medium() -> None:
    funds = [
        series(f"YAHOO_{fund}_ADJUSTED_CLOSE", {"2026-04-10": close}) for fund, close in (("SHY", 80.0), ("IEF", 20.0))
    ]
    assert measured("UST", *funds)["2026-04-10"]["level"] == pytest.approx(40)


def test_fred_tells_of_a_coin_where_no_venue_does() -> None:
    fred = series("CBBTCUSD", {"2026-04-02": 1.0e4, "2026-04-03": 2.0e4, "2026-04-10": 3.0e4})
    rows = built("metrics.asset_close", fred, candles("BTC", {"2026-04-10": 30_100.0}))
    told = [(row["date"].isoformat(), row["close"], row["source"]) for row in rows]
    assert told == [("2026-04-02", 1e4, "fred"), ("2026-04-03", 2e4, "fred"), ("2026-04-10", 30_100, "coinbase")]


def test_the_rule_of_yields_is_the_one_these_tests_rely_on() -> None:
    assert H15.known_at(day("2026-03-19")).date() == day("2026-03-20")
    assert H15.known_at(day("2026-03-20")).date() == day("2026-03-23")
