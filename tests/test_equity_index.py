"""All-time highs, the droughts between them, and the first closes above round levels."""

from itertools import pairwise

import pytest

from tests.models import Facts, Row, built, day, moment, series

RUT = "YAHOO_RUT_CLOSE"


def closes(*given: Facts, index_id: str = "russell_2000", as_of: str | None = None) -> dict[str, Row]:
    rows = built("metrics.equity_index", *given, as_of=as_of)
    return {row["date"].isoformat(): row for row in rows if row["index_id"] == index_id}


def test_a_high_28_days_after_the_last_one_ends_no_drought() -> None:
    given = series(
        RUT, {"2025-12-10": 2559.6101, "2025-12-11": 2590.6101, "2026-01-07": 2575.0, "2026-01-08": 2603.9099}
    )
    row = closes(given)["2026-01-08"]
    assert row["close"] == 2603.9099
    assert row["is_all_time_high"] is True
    assert row["days_since_previous_high"] == 28
    assert row["is_drought_breakout"] is False
    levels = built("metrics.round_level", given)
    assert [(r["level"], r["first_close_date"]) for r in levels] == [(2600, day("2026-01-08"))]


@pytest.mark.parametrize(("later", "ends_a_drought"), [("2020-06-29", False), ("2020-06-30", True)])
def test_a_drought_is_180_days_or_more_without_a_high(later: str, ends_a_drought: bool) -> None:
    row = closes(series(RUT, {"2020-01-01": 99, "2020-01-02": 100, "2020-03-18": 60, later: 101}))[later]
    assert row["days_since_previous_high"] == (180 if ends_a_drought else 179)
    assert row["is_drought_breakout"] is ends_a_drought


def test_an_equal_close_is_no_new_high() -> None:
    rows = closes(series(RUT, {"2020-01-02": 99, "2020-01-03": 100, "2020-01-06": 100, "2020-01-07": 101}))
    assert [row["is_all_time_high"] for row in rows.values()] == [False, True, False, True]
    assert rows["2020-01-07"]["days_since_previous_high"] == 4


def test_days_since_the_previous_high_are_counted_on_days_that_are_none() -> None:
    rows = closes(series(RUT, {"2020-01-02": 99, "2020-01-03": 100, "2020-01-06": 98, "2020-01-07": 97}))
    assert [row["days_since_previous_high"] for row in rows.values()] == [None, None, 3, 4]


def test_the_first_close_of_a_history_is_no_high_and_starts_no_drought() -> None:
    rows = closes(series(RUT, {"2010-01-04": 100, "2020-01-02": 101}))
    assert [row["is_all_time_high"] for row in rows.values()] == [False, True]
    assert [row["is_drought_breakout"] for row in rows.values()] == [False, False]


def test_a_later_close_changes_no_earlier_row() -> None:
    history = {"2020-01-02": 99.0, "2020-01-03": 100.0, "2020-01-06": 98.0, "2020-09-01": 101.0}
    for (_, short), (_, long) in pairwise((n, dict(list(history.items())[:n])) for n in range(1, 5)):
        before, after = closes(series(RUT, short)), closes(series(RUT, long))
        assert {on: after[on] for on in before} == before


def test_fred_is_taken_where_it_has_a_close_and_yahoo_where_not() -> None:
    given = (
        series("SP500", {"2026-01-06": 6_944.82}),
        series("YAHOO_GSPC_CLOSE", {"2026-01-05": 6_902.05, "2026-01-06": 6_944.8198, "2026-01-07": 6_920.93}),
    )
    rows = closes(*given, index_id="sp_500")
    assert [row["close"] for row in rows.values()] == [6_902.05, 6_944.82, 6_920.93]


def test_a_row_is_known_when_all_the_history_it_is_compared_with_is() -> None:
    late = "2026-03-01 12:00"
    given = (series(RUT, {"2026-01-05": 100, "2026-01-07": 102}), series(RUT, {"2026-01-06": 101}, known_at=late))
    rows = closes(*given)
    assert [row["known_at"] for row in rows.values()] == [moment("2026-01-05 21:30"), moment(late), moment(late)]


def test_as_of_the_afternoon_of_a_session_its_close_is_not_known() -> None:
    given = series(RUT, {"2026-01-07": 100, "2026-01-08": 101})
    assert list(closes(given, as_of="2026-01-08 21:29")) == ["2026-01-07"]


def first_closes(*given: Facts) -> dict[float, tuple[str, float]]:
    rows = built("metrics.round_level", *given)
    return {row["level"]: (row["first_close_date"].isoformat(), row["close"]) for row in rows}


def test_one_close_may_be_the_first_above_several_levels() -> None:
    found = first_closes(
        series(RUT, {"2020-01-02": 950, "2020-01-03": 1_205, "2020-01-06": 1_100, "2020-01-07": 1_300})
    )
    assert found == {
        1_000: ("2020-01-03", 1_205),
        1_100: ("2020-01-03", 1_205),
        1_200: ("2020-01-03", 1_205),
        1_300: ("2020-01-07", 1_300),
    }


def test_a_level_below_the_first_close_was_not_seen_to_be_reached() -> None:
    assert first_closes(series(RUT, {"2020-01-02": 1_000, "2020-01-03": 990, "2020-01-06": 1_050})) == {}


def test_a_high_just_below_a_level_has_not_reached_it() -> None:
    assert first_closes(series(RUT, {"2020-01-02": 1_950, "2020-01-03": 1_999.9})) == {}


def test_nasdaq_levels_are_thousands() -> None:
    assert list(first_closes(series("NASDAQCOM", {"2026-01-07": 21_900, "2026-01-08": 23_100}))) == [22_000, 23_000]
