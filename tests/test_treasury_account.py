"""The Treasury's account by day, its changes and the fall from its peak."""

import pytest

from tests.models import Facts, Row, built, moment, series, weekdays

TODAY = "2026-01-07"  # a Wednesday; 28 days earlier is 2025-12-10, 91 days earlier 2025-10-08


def account(*given: Facts, as_of: str | None = None) -> dict[str, Row]:
    rows = built("metrics.treasury_general_account", *given, as_of=as_of)
    return {row["date"].isoformat(): row for row in rows}


def closes(musd: dict[str, float], **told: str) -> Facts:
    return series("DTS_TGA_CLOSE", musd, **told)


def test_what_the_account_loses_is_what_markets_gain() -> None:
    row = account(closes({"2025-10-08": 957_990, "2025-12-10": 850_000, TODAY: 779_175}))[TODAY]
    assert row["closing_balance_usd"] == 779_175e6
    assert row["change_13w_usd"] == pytest.approx(-178.815e9, abs=0.01)
    assert row["impulse_13w_usd"] == pytest.approx(178.815e9, abs=0.01)
    assert (row["change_4w_usd"], row["impulse_4w_usd"]) == (-70_825e6, 70_825e6)


def test_a_change_starts_from_the_last_balance_at_or_before_its_day() -> None:
    monday = "2026-01-05"  # 28 days earlier is Monday 2025-12-08, which has no statement here
    row = account(closes({"2025-12-05": 900_000, "2025-12-09": 1, monday: 910_000}))[monday]
    assert row["change_4w_usd"] == 10_000e6


def test_a_balance_more_than_a_week_too_old_is_no_start() -> None:
    row = account(closes({"2025-12-02": 900_000, TODAY: 910_000}))[TODAY]
    assert row["change_4w_usd"] is None
    assert account(closes({"2025-12-03": 900_000, TODAY: 910_000}))[TODAY]["change_4w_usd"] == 10_000e6


def test_the_drawdown_is_from_the_highest_close_of_a_year_of_balances() -> None:
    days = weekdays(TODAY, 200)
    rows = account(closes({**dict.fromkeys(days, 700_000), days[50]: 960_000, TODAY: 780_000}))
    assert rows[TODAY]["drawdown_from_52w_peak_usd"] == -180_000e6
    assert rows[days[-2]]["drawdown_from_52w_peak_usd"] is None


def test_a_peak_more_than_364_days_ago_is_forgotten() -> None:
    days = weekdays(TODAY, 270)
    peak = weekdays("2025-01-07", 1)[0]
    row = account(closes({**dict.fromkeys(days, 700_000), peak: 960_000}))[TODAY]
    assert row["drawdown_from_52w_peak_usd"] == 0


def test_the_close_of_a_statement_is_the_opening_balance_of_the_next() -> None:
    rows = built(
        "staged.treasury_cash",
        series("DTS_TGA_OPEN", {"2009-10-29": 20_000, "2009-10-30": 18_699}),
        series("DTS_TGA_CLOSE", {"2009-10-29": 18_699, "2009-10-30": 19_721}),
    )
    assert rows[0]["close_usd"] == rows[1]["open_usd"] == 18_699e6


def test_a_statement_without_a_closing_balance_is_not_a_day_of_the_account() -> None:
    assert built("staged.treasury_cash", series("DTS_TGA_OPEN", {TODAY: 800_000})) == []


def test_totals_that_are_not_published_are_not_known() -> None:
    (row,) = built("staged.treasury_cash", closes({TODAY: 800_000}))
    assert (row["open_usd"], row["deposits_usd"], row["withdrawals_usd"]) == (None, None, None)


def test_a_day_is_known_when_the_balances_it_is_compared_with_are() -> None:
    late = "2026-03-01 12:00"
    given = (closes({"2025-12-10": 900_000}, known_at=late), closes({"2025-12-11": 1, TODAY: 910_000}))
    rows = account(*given)
    assert rows[TODAY]["known_at"] == moment(late)
    assert rows["2025-12-11"]["known_at"] == moment("2025-12-12 21:00")


def test_as_of_a_moment_before_the_statement_the_day_is_not_there() -> None:
    given = closes({"2026-01-06": 900_000, TODAY: 910_000})
    assert list(account(given, as_of="2026-01-08 20:59")) == ["2026-01-06"]
    assert list(account(given, as_of="2026-01-08 21:00")) == ["2026-01-06", TODAY]
