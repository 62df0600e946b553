"""What the Desk bought and sold outright, by the month in which it settles."""

from datetime import date

from tests.models import Facts, Row, built, moment, outright, series


def purchases(*given: Facts, as_of: str | None = None) -> dict[tuple[str, str], Row]:
    rows = built("metrics.fed_purchases", *given, as_of=as_of)
    return {(f"{row['month']:%Y-%m}", row["operation"]): row for row in rows}


def test_an_operation_counts_in_the_month_in_which_it_settles() -> None:
    found = purchases(
        outright("2026-01-30", "Bill Purchase", 8e9, settles="2026-02-02"),
        outright("2026-02-03", "Bill Purchase", 5e9, settles="2026-02-04"),
    )
    assert {key: row["bills_usd"] for key, row in found.items()} == {("2026-02", "purchase"): 13e9}


def test_bills_are_told_from_coupons_tips_and_floating_rate_notes() -> None:
    row = purchases(
        outright("2026-02-03", "Bill Purchase", 5e9),
        outright("2026-02-03", "Coupon Purchase", 2e9),
        outright("2026-02-04", "TIPS Purchase", 1e9),
        outright("2026-02-05", "FRN Purchase", 4e9),
    )["2026-02", "purchase"]
    assert (row["bills_usd"], row["coupons_usd"], row["total_usd"]) == (5e9, 7e9, 12e9)


def test_sales_are_a_row_of_their_own_and_negative() -> None:
    found = purchases(outright("2026-02-03", "Bill Purchase", 5e9), outright("2026-02-03", "Coupon Sale", 2e9))
    assert found["2026-02", "purchase"]["total_usd"] == 5e9
    assert found["2026-02", "sale"]["total_usd"] == -2e9


def test_an_announcement_without_results_is_not_a_purchase() -> None:
    assert purchases(outright("2026-02-03", "Bill Purchase", None)) == {}


def test_an_operation_counts_from_its_results_on() -> None:
    announced = outright("2026-02-03", "Bill Purchase", None, operation_id="X", known_at="2026-02-02 20:00")
    results = outright("2026-02-03", "Bill Purchase", 5e9, operation_id="X", known_at="2026-02-03 19:30")
    assert purchases(announced, results, as_of="2026-02-03 19:29") == {}
    assert purchases(announced, results, as_of="2026-02-03 19:30")["2026-02", "purchase"]["bills_usd"] == 5e9


def test_the_estimate_takes_the_fall_of_agency_mbs_between_last_wednesdays_for_reinvestment() -> None:
    # Last Wednesdays: 2025-12-31 and 2026-01-28; the one in between belongs to neither.
    mbs = series("WSHOMCB", {"2025-12-31": 2_040_000, "2026-01-21": 1, "2026-01-28": 2_025_000})
    row = purchases(outright("2026-01-13", "Bill Purchase", 40e9), mbs)["2026-01", "purchase"]
    assert row["agency_principal_usd"] == 15e9
    assert row["reserve_management_estimate_usd"] == 25e9


def test_before_december_2025_nothing_was_bought_for_reserve_management() -> None:
    mbs = series("WSHOMCB", {"2025-10-29": 2_060_000, "2025-11-26": 2_045_000})
    row = purchases(outright("2025-11-13", "Bill Purchase", 1e9), mbs)["2025-11", "purchase"]
    assert row["agency_principal_usd"] == 15e9
    assert row["reserve_management_estimate_usd"] is None


def test_sales_carry_no_estimate() -> None:
    mbs = series("WSHOMCB", {"2025-12-31": 2_040_000, "2026-01-28": 2_025_000})
    row = purchases(outright("2026-01-13", "Bill Sale", 1e9), mbs)["2026-01", "sale"]
    assert row["reserve_management_estimate_usd"] is None


def test_until_the_last_wednesday_is_published_the_estimate_is_not_known() -> None:
    mbs = series("WSHOMCB", {"2025-12-31": 2_040_000, "2026-01-21": 2_030_000})
    row = purchases(outright("2026-01-13", "Bill Purchase", 40e9), mbs)["2026-01", "purchase"]
    assert (row["agency_principal_usd"], row["reserve_management_estimate_usd"]) == (None, None)


def holdings(series_id: str, before: float, now: float) -> Facts:
    return series(series_id, {"2025-12-31": before, "2026-01-28": now})


SOMA = (
    holdings("SOMA_BILLS", 100e9, 118e9),
    holdings("SOMA_NOTES_BONDS", 3_500e9, 3_499e9),
    holdings("SOMA_TIPS", 300e9, 303e9),
)


def test_soma_holdings_change_between_last_wednesdays() -> None:
    given = (*SOMA, holdings("SOMA_FRN", 12e9, 11e9), outright("2026-01-13", "Bill Purchase", 26e9))
    row = purchases(*given)["2026-01", "purchase"]
    assert (row["soma_bills_change_usd"], row["soma_coupons_change_usd"]) == (18e9, 1e9)


def test_floating_rate_notes_that_are_missing_are_not_zero() -> None:
    row = purchases(*SOMA, outright("2026-01-13", "Bill Purchase", 26e9))["2026-01", "purchase"]
    assert (row["soma_bills_change_usd"], row["soma_coupons_change_usd"]) == (18e9, None)


def test_before_there_were_floating_rate_notes_there_were_none() -> None:
    given = [series(name, {"2013-01-30": 100e9, "2013-02-27": 103e9}) for name in ("SOMA_NOTES_BONDS", "SOMA_TIPS")]
    row = purchases(*given, outright("2013-02-12", "Coupon Purchase", 6e9))["2013-02", "purchase"]
    assert row["soma_coupons_change_usd"] == 6e9


def test_a_month_is_known_when_its_last_operation_and_holdings_are() -> None:
    operation = outright("2026-01-13", "Bill Purchase", 40e9, known_at="2026-01-13 19:30")
    assert purchases(operation)["2026-01", "purchase"]["known_at"] == moment("2026-01-13 19:30")
    mbs = (
        series("WSHOMCB", {"2025-12-31": 2_040_000, "2026-01-28": 2_025_000}, known_at="2026-01-29 21:30"),
        series("WSHOMCB", {"2026-01-21": 2_030_000}, known_at="2026-06-01 12:00", basis="observed"),
    )
    row = purchases(operation, *mbs)["2026-01", "purchase"]
    assert (row["month"], row["known_at"]) == (date(2026, 1, 1), moment("2026-01-29 21:30"))
