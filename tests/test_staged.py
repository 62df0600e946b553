"""The staged layer: one row per key in plain units, as it was known; nothing else knows about vintages."""

from typing import Any

import pytest

from tests.models import Facts, Row, built, day, flow, moment, outright, portfolio, repo, series
from warehouse.tables import facts

ON = "2026-01-07"


def staged(*given: Facts, as_of: str | None = None) -> dict[tuple[str, str], Row]:
    rows = built("staged.series", *given, as_of=as_of)
    return {(row["series_id"], row["period"].isoformat()): row for row in rows}


@pytest.mark.parametrize(
    ("series_id", "published", "value", "unit"),
    [
        ("WALCL", 6_735_609, 6.735609e12, "usd"),
        ("RRPONTSYD", 2.502, 2.502e9, "usd"),
        ("RRPONTSYD", 0.001, 1e6, "usd"),
        ("SOMA_BILLS", 195_492_926_700, 195_492_926_700, "usd"),
        ("SOFR", 4.22, 4.22, "percent"),
        ("YAHOO_RUT_CLOSE", 2603.909912109375, 2603.909912109375, "index"),
        ("CBBTCUSD", 91_234.56, 91_234.56, "usd_per_coin"),
        ("DSPIC96", 18_012.3, 18_012.3e9, "usd_chained_2017_annual_rate"),
    ],
)
def test_a_value_is_converted_once_to_its_plain_unit(series_id: str, published: float, value: float, unit: str) -> None:
    row = staged(series(series_id, {ON: published}))[series_id, ON]
    assert (row["value"], row["unit"]) == (value, unit)


FIRST = series("DSPIC96", {"2025-11-01": 18_000}, known_at="2025-12-23 13:30", basis="vintage")
SECOND = series("DSPIC96", {"2025-11-01": 18_100}, known_at="2026-01-29 13:30", basis="vintage")


@pytest.mark.parametrize(
    ("as_of", "value"),
    [
        ("2025-12-23 13:29", None),
        ("2025-12-23 13:30", 18_000e9),
        ("2026-01-29 13:29", 18_000e9),
        ("2026-01-29 13:30", 18_100e9),
        (None, 18_100e9),
    ],
)
def test_the_value_in_force_is_the_last_one_known_by_then(as_of: str | None, value: float | None) -> None:
    found = staged(FIRST, SECOND, as_of=as_of)
    assert [row["value"] for row in found.values()] == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("as_of", "value"), [("2025-12-31 12:00", None), ("2026-01-10 12:00", 18_000e9), (None, 18_100e9)]
)
def test_archived_vintages_are_believed_over_a_date_from_a_rule(as_of: str | None, value: float | None) -> None:
    # The rule dates today's value to 31 December; the archive says the first was known on 9 January and was another.
    by_rule = series("DSPIC96", {"2025-11-01": 18_100}, known_at="2025-12-31 12:00")
    first = series("DSPIC96", {"2025-11-01": 18_000}, known_at="2026-01-09 13:30", basis="vintage")
    found = staged(by_rule, first, SECOND, as_of=as_of)
    assert [row["value"] for row in found.values()] == ([] if value is None else [value])


def test_a_period_without_vintages_keeps_its_date_from_the_rule() -> None:
    by_rule = series("DSPIC96", {"2025-10-01": 17_900, "2025-11-01": 18_100})
    found = staged(by_rule, FIRST)
    assert {key[1]: row["value"] for key, row in found.items()} == {"2025-10-01": 17_900e9, "2025-11-01": 18_000e9}
    assert [row["known_at_basis"] for row in found.values()] == ["rule", "vintage"]


def test_a_value_first_seen_to_have_changed_counts_from_its_receipt() -> None:
    seen = series("WALCL", {ON: 6_573_700}, known_at="2026-02-01 08:00", basis="observed")
    given = (series("WALCL", {ON: 6_573_602}), seen)
    assert staged(*given, as_of="2026-02-01 07:59")["WALCL", ON]["value"] == 6_573_602e6
    row = staged(*given)["WALCL", ON]
    assert (row["value"], row["known_at"]) == (6_573_700e6, moment("2026-02-01 08:00"))


def repo_days(*given: Facts, as_of: str | None = None) -> list[tuple[str, float | None, float | None]]:
    rows = built("staged.repo_day", *given, as_of=as_of)
    return [(row["date"].isoformat(), row["reverse_repo_usd"], row["standing_repo_usd"]) for row in rows]


def test_two_windows_of_one_day_are_summed() -> None:
    given = (repo(ON, "Repo", 3e9), repo(ON, "Repo", 4e9), repo(ON, "Reverse Repo", 5e9))
    assert repo_days(*given) == [(ON, 5e9, 7e9)]


def test_a_window_in_which_nothing_was_taken_is_zero_and_no_window_is_not() -> None:
    assert repo_days(repo(ON, "Repo", 0.0)) == [(ON, None, 0.0)]


@pytest.mark.parametrize(
    "told",
    [
        {"is_small_value": True},
        {"note": "Open to foreign and international monetary authorities"},
        {"term": "Term"},
    ],
    ids=["small value", "foreign", "term"],
)
def test_operations_that_are_not_the_facility_are_left_out(told: dict[str, Any]) -> None:
    assert repo_days(repo(ON, "Reverse Repo", 5e9), repo(ON, "Reverse Repo", 2e9, **told)) == [(ON, 5e9, None)]


def test_an_announced_operation_is_not_counted() -> None:
    assert repo_days(repo(ON, "Repo", None)) == []


def test_repo_before_the_standing_facility_opened_is_not_its_take_up() -> None:
    early, open_day = "2021-07-28", "2021-07-29"
    given = (repo(early, "Repo", 9e9), repo(early, "Reverse Repo", 5e9), repo(open_day, "Repo", 1e9))
    assert repo_days(*given) == [(early, 5e9, None), (open_day, None, 1e9)]


def test_between_two_windows_only_the_first_is_known() -> None:
    given = (
        repo(ON, "Repo", 3e9, known_at="2026-01-07 13:35"),
        repo(ON, "Repo", 4e9, known_at="2026-01-07 18:50"),
    )
    assert repo_days(*given, as_of="2026-01-07 15:00") == [(ON, None, 3e9)]
    assert repo_days(*given) == [(ON, None, 7e9)]


def test_a_corrected_result_replaces_the_first() -> None:
    given = (
        repo(ON, "Repo", 3e9, operation_id="RP 1"),
        repo(ON, "Repo", 5e9, operation_id="RP 1", known_at="2026-01-09 12:00"),
    )
    assert repo_days(*given) == [(ON, None, 5e9)]


def test_treasury_operations_are_signed_by_direction() -> None:
    rows = built("staged.treasury_operation", outright(ON, "Bill Purchase", 8e9), outright(ON, "TIPS Sale", 2e9))
    found = {(row["operation"], row["security"], row["par_usd"]) for row in rows}
    assert found == {("purchase", "bills", 8e9), ("sale", "coupons", -2e9)}


def test_an_announced_treasury_operation_is_not_there_yet() -> None:
    assert built("staged.treasury_operation", outright(ON, "Bill Purchase", None)) == []


def test_statement_lines_of_one_concept_are_summed_over_changing_names_and_details() -> None:
    rows = built(
        "staged.fiscal_flow",
        flow(ON, "Deposits", "Customs and Certain Excise Taxes", 10),
        flow(ON, "Deposits", "DHS - Customs and Certain Excise Taxes", 7, detail="anything"),
        flow(ON, "Withdrawals", "Federal Salaries (EFT)", 3),
    )
    found = {(row["transaction_type"], row["concept"]): row["amount_usd"] for row in rows}
    assert found == {("Deposits", "customs"): 17e6, ("Withdrawals", "federal_salaries"): 3e6}


def test_a_restated_balance_of_an_enterprise_replaces_the_first() -> None:
    given = (
        portfolio("2025-12", "FNMA", 71_514, "2026-01-30 21:00"),
        portfolio("2025-12", "FNMA", 71_500, "2026-05-01 12:00"),
    )
    assert [row["agency_mbs_usd"] for row in built("staged.gse_portfolio", *given)] == [71_500e6]
    before = built("staged.gse_portfolio", *given, as_of="2026-05-01 11:59")
    assert [row["agency_mbs_usd"] for row in before] == [71_514e6]


def test_an_event_is_there_from_the_end_of_its_day() -> None:
    event = {
        "event_date": day("2025-12-01"),
        "category": "fed_qt",
        "title": "The run-off of holdings ends",
        "status": "verified",
        "known_at": moment("2025-12-02 05:00"),
        "known_at_basis": "rule",
    }
    given = Facts(facts.POLICY_EVENT, [event])
    assert [row["title"] for row in built("staged.policy_event", given)] == ["The run-off of holdings ends"]
    assert built("staged.policy_event", given, as_of="2025-12-02 04:59") == []
