"""Sums over 20 statements: customs, refunds, and what the government puts into the economy."""

from tests.models import Facts, Row, built, flow, moment, weekdays

LAST = "2026-03-31"
CUSTOMS = ("Deposits", "DHS - Customs and Certain Excise Taxes")
REFUND_LINE = ("Withdrawals", "DHS - Customs & Border Protection (CBP)")
WITHHELD = ("Deposits", "Taxes - Withheld Individual/FICA")
SALARIES = ("Withdrawals", "Federal Salaries (EFT)")


def flows(*given: Facts) -> dict[str, Row]:
    return {row["date"].isoformat(): row for row in built("metrics.fiscal_flows", *given)}


def every(days: list[str], line: tuple[str, str], musd: float) -> list[Facts]:
    return [flow(on, *line, musd) for on in days]


def test_customs_are_summed_over_20_statements() -> None:
    days = weekdays(LAST, 21)
    rows = flows(flow(days[0], *CUSTOMS, 1_000), *every(days[1:], CUSTOMS, 100))
    assert [row["customs_gross_20d_usd"] for row in rows.values()] == [None] * 19 + [2_900e6, 2_000e6]


def test_a_statement_without_the_line_had_none_of_it() -> None:
    days = weekdays(LAST, 20)
    rows = flows(*every(days, WITHHELD, 7), flow(days[5], *CUSTOMS, 300))
    assert rows[LAST]["customs_gross_20d_usd"] == 300e6
    assert rows[LAST]["tax_refunds_20d_usd"] == 0


def test_twenty_statements_with_a_hole_between_them_are_not_summed() -> None:
    days = weekdays("2026-01-30", 10) + weekdays(LAST, 10)
    assert flows(*every(days, CUSTOMS, 100))[LAST]["customs_gross_20d_usd"] is None


def test_refunds_to_people_and_businesses_by_check_and_transfer_are_one_sum() -> None:
    days = weekdays(LAST, 20)
    refunds = [
        flow(days[3], "Withdrawals", "Taxes - Individual Tax Refunds (EFT)", 40),
        flow(days[4], "Withdrawals", "Taxes - Individual Tax Refunds (Checks)", 30),
        flow(days[5], "Withdrawals", "Taxes - Business Tax Refunds (EFT)", 20),
        flow(days[6], "Withdrawals", "IRS Tax Refunds Business (Checks)", 10),
    ]
    assert flows(*every(days, CUSTOMS, 1), *refunds)[LAST]["tax_refunds_20d_usd"] == 100e6


def test_customs_refunds_are_known_once_the_line_was_there_for_the_whole_window() -> None:
    days = weekdays(LAST, 25)
    rows = flows(*every(days, CUSTOMS, 100), flow(days[3], *REFUND_LINE, 8), flow(days[9], *REFUND_LINE, 5))
    # The line is first seen on the fourth day: the first window that starts with it is the one of the 23rd.
    known = [row["customs_refunds_20d_usd"] for row in rows.values()]
    assert known == [None] * 22 + [13e6, 5e6, 5e6]


def test_without_the_line_customs_refunds_are_unknown_and_not_zero() -> None:
    row = flows(*every(weekdays(LAST, 30), CUSTOMS, 100))[LAST]
    assert row["customs_refunds_20d_usd"] is None


def test_the_deficit_leaves_public_debt_out() -> None:
    days = weekdays(LAST, 20)
    rows = flows(
        *every(days, WITHHELD, 100),
        *every(days, SALARIES, 130),
        *every(days, ("Deposits", "Public Debt Cash Issues (Table IIIB)"), 9_000),
        *every(days, ("Withdrawals", "Public Debt Cash Redemp. (Table IIIB)"), 8_000),
    )
    assert rows[LAST]["deficit_20d_usd"] == 20 * 30e6


def test_the_impulse_is_against_the_same_window_a_year_before() -> None:
    year_before = "2025-03-31"
    rows = flows(*every(weekdays(year_before, 20), SALARIES, 10), *every(weekdays(LAST, 20), SALARIES, 14))
    assert rows[LAST]["deficit_impulse_20d_usd"] == 20 * 4e6
    assert rows[year_before]["deficit_impulse_20d_usd"] is None


def test_a_window_more_than_a_week_away_from_the_date_a_year_before_is_no_comparison() -> None:
    rows = flows(*every(weekdays("2025-03-21", 20), SALARIES, 10), *every(weekdays(LAST, 20), SALARIES, 14))
    assert rows[LAST]["deficit_20d_usd"] == 20 * 14e6
    assert rows[LAST]["deficit_impulse_20d_usd"] is None


def test_a_day_is_known_when_its_own_statement_is() -> None:
    rows = flows(*every(weekdays(LAST, 20), CUSTOMS, 100))
    assert rows[LAST]["known_at"] == moment("2026-04-01 20:00")
