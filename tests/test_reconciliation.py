"""Two witnesses of one number, side by side, with how far apart they may be."""

from datetime import date

import pytest

from tests.crypto_models import candles, future, interest
from tests.models import Facts, Row, built, repo, series

# 2026-01-07 is a Wednesday; its week begins on Thursday, 1 January, a holiday that Wednesday's balance carries.
WEEK = {"2025-12-31": 800_000, "2026-01-02": 807_000, "2026-01-05": 814_000, "2026-01-06": 821_000}
CLOSES = {**WEEK, "2026-01-07": 828_000}


def reconciled(*given: Facts) -> dict[str, Row]:
    return {row["name"]: row for row in built("metrics.reconciliation", *given)}


def told(*given: Facts) -> list[tuple[str, str, date, float, float, bool]]:
    rows = built("metrics.reconciliation", *given)
    return [(r["name"], r["subject"], r["period"], r["difference"], r["tolerance"], r["is_within"]) for r in rows]


@pytest.mark.parametrize(("h41", "is_within"), [(828_000, True), (828_001, True), (828_002, False), (828, False)])
def test_the_treasury_s_closing_balance_on_wednesday(h41: float, is_within: bool) -> None:
    row = reconciled(series("DTS_TGA_CLOSE", CLOSES), series("WDTGAL", {"2026-01-07": h41}))[
        "treasury_account_wednesday"
    ]
    assert (row["left_value"], row["right_value"]) == (828_000e6, h41 * 1e6)
    assert (row["tolerance"], row["is_within"], row["unit"]) == (1e6, is_within, "usd")
    assert (row["left_source"], row["right_source"]) == ("Daily Treasury Statement", "WDTGAL")
    assert row["difference"] == row["left_value"] - row["right_value"]


def test_the_mean_of_seven_days_carries_the_balance_over_days_without_a_statement() -> None:
    # 800 (Thursday), 807 (Friday to Sunday), 814, 821, 828: (800 + 3 * 807 + 814 + 821 + 828) / 7 = 812
    found = told(series("DTS_TGA_CLOSE", CLOSES), series("WTREGEN", {"2026-01-07": 812_000, "2025-12-31": 1}))
    assert found == [("treasury_account_week", "", date(2026, 1, 7), 0.0, 1e6, True)]


def test_a_week_without_its_statements_is_not_compared() -> None:
    closes = {"2025-12-31": 800_000, "2026-01-06": 821_000, "2026-01-07": 828_000}
    assert told(series("DTS_TGA_CLOSE", closes), series("WTREGEN", {"2026-01-07": 812_000})) == []


@pytest.mark.parametrize(("accepted", "is_within"), [(2_502_400_000, True), (2_504_000_000, False)])
def test_reverse_repo_of_operations_and_of_fred(accepted: float, is_within: bool) -> None:
    found = told(repo("2026-01-07", "Reverse Repo", accepted), series("RRPONTSYD", {"2026-01-07": 2.502}))
    assert found == [("reverse_repo", "", date(2026, 1, 7), accepted - 2_502e6, 1e6, is_within)]


def test_holdings_of_soma_and_of_h41() -> None:
    on = "2026-01-07"
    parts = {
        "SOMA_BILLS": 200e9,
        "SOMA_NOTES_BONDS": 3_500e9,
        "SOMA_TIPS": 300e9,
        "SOMA_TIPS_INFLATION_COMPENSATION": 110e9,
        "SOMA_FRN": 12e9,
        "SOMA_MBS": 2_040e9,
        "SOMA_CMBS": 7e9,
    }
    holdings = [series(series_id, {on: usd}) for series_id, usd in parts.items()]
    found = told(*holdings, series("TREAST", {on: 4_122_000}), series("WSHOMCB", {on: 2_047_003}))
    assert found == [
        ("soma_mbs", "", date(2026, 1, 7), -3e6, 1e6, False),
        ("soma_treasuries", "", date(2026, 1, 7), 0.0, 1e6, True),
    ]


def test_closes_of_an_index_from_two_sources() -> None:
    fred = series("NASDAQCOM", {"2026-01-07": 20_000.0, "2026-01-08": 20_000.0, "2026-01-09": 20_000.0})
    yahoo = series("YAHOO_IXIC_CLOSE", {"2026-01-07": 20_001.0, "2026-01-08": 20_010.0})
    found = [(row[2].day, row[3], row[5]) for row in told(fred, yahoo)]
    assert found == [(7, -1.0, True), (8, -10.0, False)]


def test_daily_closes_of_a_coin_by_the_market_that_is_furthest_from_the_median() -> None:
    day = "2026-01-07"
    rows = built(
        "metrics.reconciliation",
        candles("BTC", {day: 90_000}, venue="coinbase"),
        candles("BTC", {day: 90_100}, venue="kraken"),
        candles("BTC", {day: 93_000}, venue="okx"),
        candles("ETH", {day: 3_000}, venue="okx"),
        *future("deribit", {day: 99_000}, "2026-03-27 08:00"),
    )
    (row,) = rows  # of ETH there is one witness only, and a dated future has a price of its own
    assert (row["name"], row["subject"], row["left_source"]) == ("daily_close", "BTC", "okx BTC/USD")
    assert (row["left_value"], row["right_value"], row["right_source"]) == (93_000, 90_100, "median of 3 markets")
    assert (row["difference"], row["tolerance"], row["is_within"]) == (2_900, 1_802, False)


@pytest.mark.parametrize(("now", "is_within"), [(123.0, True), (434.0, False), (100.0, False)])
def test_open_interest_now_and_the_newest_point_of_its_history(now: float, is_within: bool) -> None:
    """217 thousand bitcoins fell to 123 in October 2025; 434 would be both sides."""
    moments = {"2026-01-06 00:00": (217e3, 1e5), "2026-01-07 00:00": (217e3, 1e5), "2026-01-07 12:00": (now * 1e3, 1e5)}
    found = told(interest("okx", moments))
    assert found == [
        ("open_interest", "okx BTC/USDT:USDT", date(2026, 1, 7), (now - 217) * 1e3, 108_500, is_within),
    ]


def test_a_comparison_is_known_when_both_sides_are() -> None:
    row = reconciled(series("DTS_TGA_CLOSE", CLOSES), series("WDTGAL", {"2026-01-07": 828_000}))[
        "treasury_account_wednesday"
    ]
    assert f"{row['known_at']:%F %H:%M}" == "2026-01-08 21:30"  # H.4.1; the statement of Wednesday is out at 21:00
