"""FiscalData: three eras of the cash balance, flows without sums, pages that add up, and the crosswalk."""

import gzip
import json
import os
from csv import DictReader
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.clients.fiscaldata import FiscalData
from tests.canned import Canned, Served, fetched, host, reply, rows, serving, told, values
from tests.pipeline import needs_recordings
from warehouse.catalogue.fiscal_categories import CATEGORIES, concept_of
from warehouse.claims import Parsed, UpstreamError
from warehouse.tables.facts import FISCAL_FLOW, OBSERVATION

CLIENT = FiscalData(host(Served("http://127.0.0.1:9")))
CLOSE, FLOWS = "DTS_TGA_CLOSE", "facts.fiscal_flow"
OPEN, DEPOSITS, WITHDRAWALS = "DTS_TGA_OPEN", "DTS_TGA_DEPOSITS", "DTS_TGA_WITHDRAWALS"
MONEY = {
    "open_today_bal": "$1,000,000",
    "close_today_bal": "$1,000,000",
    "transaction_today_amt": "$1,000,000",
}


def page(data: list[dict[str, str]], total: int | None = None, pages: int = 1, **meta: Any) -> dict[str, Any]:
    """A reply; its links are what the upstream sends and nobody should follow."""
    totals = {"count": len(data), "total-count": len(data) if total is None else total, "total-pages": pages}
    return {
        "data": data,
        "meta": {"dataFormats": MONEY, **totals, **meta},
        "links": {"next": "&page%5Bnumber%5D=9"},
    }


def balance(day: str, account: str, opening: str, closing: str = "null") -> dict[str, str]:
    return {
        "record_date": day,
        "account_type": account,
        "open_today_bal": opening,
        "close_today_bal": closing,
    }


def balances(*data: dict[str, str]) -> Parsed:
    return CLIENT.parse(CLOSE, [reply(page(list(data)))])


TGA = "Treasury General Account (TGA)"
FIRST_ERA = (
    balance("2005-10-03", "Federal Reserve Account", "4381", "5448"),
    balance("2005-10-03", "Tax and Loan Note Accounts", "30000", "30001"),
    balance("2005-10-03", "Total Operating Balance", "34381", "35449"),
)
SECOND_ERA = (
    balance("2021-12-31", TGA, "284174", "406108"),
    balance("2021-12-31", "Short-Term Cash Investments (Table V)", "0", "0"),
)
THIRD_ERA = (
    balance("2026-09-03", f"{TGA} Opening Balance", "944364"),
    balance("2026-09-03", "Total TGA Deposits (Table II)", "20000"),
    balance("2026-09-03", "Total TGA Withdrawals (Table II) (-)", "60436"),
    balance("2026-09-03", f"{TGA} Closing Balance", "903928"),
)


# -- the cash balance ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "day", "opening", "closing"),
    [
        (FIRST_ERA, date(2005, 10, 3), 4_381.0, 5_448.0),
        (SECOND_ERA, date(2021, 12, 31), 284_174.0, 406_108.0),
        (THIRD_ERA, date(2026, 9, 3), 944_364.0, 903_928.0),
    ],
    ids=["to 2021-09-30", "to 2022-04-15", "since 2022-04-18"],
)
def test_the_closing_balance_is_found_in_each_era(
    lines: tuple[dict[str, str], ...], day: date, opening: float, closing: float
) -> None:
    parsed = balances(*lines)
    assert values(parsed, OBSERVATION, CLOSE) == {day: closing}
    assert values(parsed, OBSERVATION, OPEN) == {day: opening}
    assert set(rows(parsed, OBSERVATION)["unit"]) == {"usd_millions"}
    assert not parsed.rejected


def test_opening_and_deposits_less_withdrawals_is_closing() -> None:
    parsed = balances(*THIRD_ERA)
    opening, money_in, money_out, closing = (
        values(parsed, OBSERVATION, series)[date(2026, 9, 3)] for series in (OPEN, DEPOSITS, WITHDRAWALS, CLOSE)
    )
    assert opening + money_in - money_out == closing == 903_928


def test_a_balance_is_known_at_16_on_the_next_business_day() -> None:
    close = rows(balances(*THIRD_ERA), OBSERVATION).filter(series_id=CLOSE).row(0, named=True)
    assert close["known_at"] == datetime(2026, 9, 4, 20, tzinfo=UTC)
    assert close["locator"] == "/data/3/open_today_bal"


@pytest.mark.parametrize(("text", "value"), [("-3", -3.0), ("(3)", -3.0), ("3", 3.0)])
def test_minus_three_is_written_in_two_ways(text: str, value: float) -> None:
    parsed = balances(balance("2021-12-31", TGA, "0", text))
    assert values(parsed, OBSERVATION, CLOSE) == {date(2021, 12, 31): value}


@pytest.mark.parametrize(
    ("lines", "count", "said"),
    [
        ([THIRD_ERA[0], THIRD_ERA[1]], 2, "no closing balances"),
        ([*THIRD_ERA, balance("2026-09-03", TGA, "944364", "903928")], 5, "2 closing balances"),
        ([balance("2026-09-03", TGA, "944364", "null")], 1, "no closing balances"),
        ([balance("2026-09-03", TGA, "944364", "n/a")], 1, "no closing balances"),
    ],
    ids=["none", "two", "null", "not a number"],
)
def test_a_day_without_exactly_one_closing_balance_is_rejected_whole(
    lines: list[dict[str, str]], count: int, said: str
) -> None:
    parsed = balances(*SECOND_ERA, *lines)
    assert values(parsed, OBSERVATION, CLOSE) == {date(2021, 12, 31): 406_108.0}
    assert set(rows(parsed, OBSERVATION)["period"]) == {date(2021, 12, 31)}
    assert [said in rejected.reason for rejected in parsed.rejected] == [True] * count


def test_an_account_that_is_not_known_is_rejected_and_the_day_kept() -> None:
    parsed = balances(*SECOND_ERA, balance("2021-12-31", "Digital Dollar Account", "1", "1"))
    assert values(parsed, OBSERVATION, CLOSE) == {date(2021, 12, 31): 406_108.0}
    assert [rejected.field for rejected in parsed.rejected] == ["Digital Dollar Account of 2021-12-31"]


def test_one_bad_number_beside_the_close_is_rejected_alone() -> None:
    parsed = balances(balance("2021-12-31", TGA, "x", "406108"))
    assert values(parsed, OBSERVATION, CLOSE) == {date(2021, 12, 31): 406_108.0}
    assert [(r.source, r.locator) for r in parsed.rejected] == [(OPEN, "/data/0/open_today_bal")]


def test_no_closing_balance_at_all_is_refused() -> None:
    with pytest.raises(UpstreamError, match="DTS_TGA_CLOSE: none of 1 days has a closing balance"):
        balances(*THIRD_ERA[:2])


# -- pages ---------------------------------------------------------------------------------------


def test_pages_are_asked_by_number_and_a_day_may_lie_on_two(tmp_path: Path) -> None:
    answers = [Canned(json.dumps(page(list(part), 4, 2))) for part in (THIRD_ERA[:3], THIRD_ERA[3:])]
    with serving(*answers) as served:
        parsed = told(FiscalData(host(served)), CLOSE, tmp_path, lambda key: date(2026, 9, 2))
    query = "filter=record_date:gte:2026-08-23&sort=record_date,src_line_nbr&page[size]=10000&page[number]="
    table = "/v1/accounting/dts/operating_cash_balance"
    assert served.requests == [f"{table}?{query}1", f"{table}?{query}2"]
    assert values(parsed, OBSERVATION, CLOSE) == {date(2026, 9, 3): 903_928.0}
    assert len(set(rows(parsed, OBSERVATION)["landed_id"])) == 2


def test_a_count_that_changes_while_paging_is_refused(tmp_path: Path) -> None:
    answers = [Canned(json.dumps(page(list(THIRD_ERA[:2]), total, 2))) for total in (4, 5)]
    with serving(*answers) as served, pytest.raises(UpstreamError, match="from 4 rows on 2 pages to 5 on 2"):
        fetched(FiscalData(host(served)), CLOSE, tmp_path)


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ([page(list(THIRD_ERA[:2]), 4), page(list(THIRD_ERA[2:]), 5)], "total-count changed from 4 to 5"),
        ([page(list(THIRD_ERA), 5)], "total-count is 5, but the pages have 4 rows"),
        ([{"data": list(THIRD_ERA)}], "expected meta in the reply"),
        ([{"data": [], "meta": {}}], "expected total-count in /meta"),
        ([{"data": [], "meta": {"total-count": "4", "total-pages": 1}}], r"are \['4', 1\], not numbers"),
        ([{"data": [{}], "meta": {}}], "/data/0 lacks the fields"),
        ([{"error": "Invalid Query Param"}], "expected data in the reply, got an object with error"),
        ([page(list(THIRD_ERA), dataFormats={"open_today_bal": "$1,000"})], r"open_today_bal is '\$1,000'"),
    ],
)
def test_pages_that_do_not_add_up_are_refused(replies: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(UpstreamError, match=said) as caught:
        CLIENT.parse(CLOSE, [reply(body, f"GET /page{n}") for n, body in enumerate(replies)])
    assert caught.value.source == CLOSE
    assert caught.value.request.startswith("GET /page")


@pytest.mark.parametrize("formats", [{}, {"open_month_bal": "$1"}, {"open_today_bal": "null"}, None])
def test_a_table_that_says_nothing_of_its_unit_is_taken_at_the_declared_one(formats: object) -> None:
    parsed = CLIENT.parse(CLOSE, [reply(page(list(THIRD_ERA), dataFormats=formats))])
    assert values(parsed, OBSERVATION, CLOSE) == {date(2026, 9, 3): 903_928.0}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Canned('{"error":"Invalid Query Param","message":"no such field"}', 400), "no such field"),
        (Canned("<html>Maintenance</html>", content_type="text/html"), "expected json, got content type"),
    ],
)
def test_an_error_envelope_and_an_outage_page_are_refused(tmp_path: Path, answer: Canned, said: str) -> None:
    with serving(answer) as served, pytest.raises(UpstreamError, match=said):
        fetched(FiscalData(host(served)), CLOSE, tmp_path)


# -- flows ---------------------------------------------------------------------------------------


def flow(kind: str, category: str, amount: str, **fields: str) -> dict[str, str]:
    return {
        "record_date": "2026-09-03",
        "account_type": TGA,
        "transaction_type": kind,
        "transaction_catg": category,
        "transaction_catg_desc": "null",
        "transaction_today_amt": amount,
        **fields,
    }


CUSTOMS = flow("Deposits", "DHS - Customs Duties, Taxes, and Fees", "394")


def flows(*data: dict[str, str]) -> Parsed:
    return CLIENT.parse(FLOWS, [reply(page(list(data)))])


def test_a_line_keeps_the_upstreams_own_names_and_unit() -> None:
    row = rows(flows(CUSTOMS), FISCAL_FLOW).row(0, named=True)
    assert row["category"] == "DHS - Customs Duties, Taxes, and Fees"
    assert (row["record_date"], row["transaction_type"], row["detail"]) == (date(2026, 9, 3), "Deposits", "")
    assert (row["value"], row["unit"], row["locator"]) == (394.0, "usd_millions", "/data/0")
    assert (row["known_at"], row["known_at_basis"]) == (datetime(2026, 9, 4, 20, tzinfo=UTC), "rule")


@pytest.mark.parametrize(
    "line",
    [
        flow("Deposits", "null", "9", account_type="Treasury General Account Total Deposits"),
        flow("Withdrawals", "null", "9", account_type="Treasury General Account Total Withdrawals"),
        flow("Deposits", "null", "9", account_type="Total Federal Reserve Account"),
        flow("Deposits", "Sub-Total Deposits", "9"),
        flow("Withdrawals", "Sub-Total Withdrawals", "9"),
        flow("Deposits", "Total Other Deposits", "9"),
        flow("Withdrawals", "Total, Other Withdrawals", "9"),
        flow("Deposits", "Transfers from Depositaries", "9"),
        flow("Withdrawals", "Transfers to Depositaries", "9"),
        flow(
            "Deposits",
            "Transfers from Federal Reserve Account (Table V)",
            "9",
            account_type="Short-Term Cash Investments",
        ),
        flow("Deposits", "Federal Reserve Earnings", "null"),
    ],
    ids=lambda line: f"{line['account_type']} / {line['transaction_catg']}",
)
def test_sums_transfers_and_lines_without_an_amount_are_left_out(line: dict[str, str]) -> None:
    parsed = flows(CUSTOMS, line)
    assert rows(parsed, FISCAL_FLOW)["value"].to_list() == [394.0]
    assert not parsed.rejected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            flow("Deposits", "Dogecoin Sales", "1"),
            "not in the crosswalk warehouse/catalogue/fiscal_categories.csv",
        ),
        (flow("Withdrawals", "DHS - Customs Duties, Taxes, and Fees", "1"), "not in the crosswalk"),
        (flow("Deposits", "null", "1"), "not in the crosswalk"),
        (flow("Deposits", "Federal Reserve Earnings", "1.2.3"), "transaction_today_amt is not a number"),
        (flow("Deposits", "Federal Reserve Earnings", "nan"), "transaction_today_amt is not a number"),
        (
            flow("Deposits", "Federal Reserve Earnings", "1", record_date="Sept 3"),
            "record_date is not a date",
        ),
        (
            flow("Deposits", "Federal Reserve Earnings", "1", account_type="Vault"),
            "account type Vault is not known",
        ),
    ],
)
def test_a_line_that_is_not_understood_is_rejected_alone(line: dict[str, str], said: str) -> None:
    parsed = flows(CUSTOMS, line)
    assert rows(parsed, FISCAL_FLOW)["value"].to_list() == [394.0]
    (rejected,) = parsed.rejected
    assert (rejected.locator, rejected.source, rejected.value) == (
        "/data/1",
        FLOWS,
        line["transaction_today_amt"],
    )
    assert line["transaction_catg"] in rejected.field
    assert said in rejected.reason


def test_a_line_that_comes_twice_on_a_day_is_rejected_both_times() -> None:
    twice = flow("Deposits", "Federal Reserve Earnings", "1")
    other_day = {**twice, "record_date": "2026-09-04"}
    parsed = flows(CUSTOMS, twice, twice, other_day)
    assert rows(parsed, FISCAL_FLOW)["value"].to_list() == [394.0, 1.0]
    assert [rejected.locator for rejected in parsed.rejected] == ["/data/1", "/data/2"]


def test_details_tell_lines_of_one_category_apart() -> None:
    states = [flow("Deposits", "Deposits by States", "1", transaction_catg_desc=d) for d in ("SSI", "Unemployment")]
    assert rows(flows(*states), FISCAL_FLOW)["detail"].to_list() == ["SSI", "Unemployment"]


def test_a_refund_of_minus_three_is_minus_three() -> None:
    parsed = flows(flow("Deposits", "Federal Reserve Earnings", "(3)"), {**CUSTOMS, "transaction_today_amt": "-3"})
    assert rows(parsed, FISCAL_FLOW)["value"].to_list() == [-3.0, -3.0]


def test_flows_without_a_single_line_are_refused() -> None:
    with pytest.raises(UpstreamError, match=r"facts\.fiscal_flow: none of 1 lines with a transaction_today_amt"):
        flows(flow("Deposits", "Dogecoin Sales", "1"))


def test_flows_with_a_list_for_a_text_are_refused() -> None:
    lines: list[Any] = [CUSTOMS, {**CUSTOMS, "transaction_today_amt": [1, 2]}]
    with pytest.raises(UpstreamError, match=r"/data/1/transaction_today_amt is '\[1, 2\]', not a text"):
        flows(*lines)


def test_flows_are_asked_from_ten_business_days_before_the_newest(tmp_path: Path) -> None:
    with serving(Canned(json.dumps(page([CUSTOMS])))) as served:
        fetched(FiscalData(host(served)), FLOWS, tmp_path, lambda key: date(2026, 9, 9))
    assert "filter=record_date:gte:2026-08-25&sort=record_date,transaction_type,src_line_nbr" in served.requests[0]


# -- the crosswalk -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "category", "concept"),
    [
        ("Deposits", "Customs and Certain Excise Taxes", "customs"),
        ("Deposits", "DHS - Customs and Certain Excise Taxes", "customs"),
        ("Deposits", "DHS - Customs Duties, Taxes, and Fees", "customs"),
        ("Withdrawals", "DHS - Customs & Border Protection (CBP)", "customs_refunds"),
        ("Withdrawals", "Taxes - Individual Tax Refunds (EFT)", "individual_tax_refunds"),
        ("Withdrawals", "IRS Tax Refunds Individual (EFT)", "individual_tax_refunds"),
        ("Withdrawals", "Taxes - Business Tax Refunds (EFT)", "business_tax_refunds"),
        ("Withdrawals", "TREAS - IRS Refunds for Puerto Rico", "other_tax_refunds"),
        ("Deposits", "Public Debt Cash Issues (Table III-B)", "debt_issues"),
        ("Withdrawals", "Public Debt Cash Redemp. (Table IIIB)", "debt_redemptions"),
        ("Deposits", "Dogecoin Sales", None),
    ],
)
def test_a_concept_keeps_its_name_when_the_category_changes_its(kind: str, category: str, concept: str | None) -> None:
    assert concept_of(kind, category, "") == concept
    assert concept_of(kind, category, "any detail") == concept


def test_no_line_is_counted_by_two_entries_of_the_crosswalk() -> None:
    """SQL joins on the detail or ``*``: a category with both would be summed twice."""
    starred = {entry[:2] for entry in CATEGORIES if entry[2] == "*"}
    assert not [entry for entry in CATEGORIES if entry[2] != "*" and entry[:2] in starred]


# -- recordings ----------------------------------------------------------------------------------


def recorded(table: str) -> list[dict[str, str]]:
    path = Path(os.environ["TIDEGAUGE_RECORDINGS"]) / "fiscaldata" / "v1" / "accounting" / "dts" / f"{table}.csv.gz"
    with gzip.open(path, "rt", newline="") as lines:
        return list(DictReader(lines))


@needs_recordings
def test_the_recorded_day_adds_up_to_its_printed_totals() -> None:
    """The statement of 2013-02-05 says 8,454 came in and 17,869 went out; each line is rounded."""
    parsed = flows(*recorded("deposits_withdrawals_operating_cash"))
    sums = dict(rows(parsed, FISCAL_FLOW).group_by("transaction_type").agg(pl.col("value").sum()).rows())
    assert sums == {"Deposits": 8_455.0, "Withdrawals": 17_866.0}
    assert rows(parsed, FISCAL_FLOW).height == 54
    assert not parsed.rejected


@needs_recordings
def test_every_recorded_day_has_its_balance_and_opens_where_the_last_closed() -> None:
    parsed = balances(*recorded("operating_cash_balance"))
    closes, opens = values(parsed, OBSERVATION, CLOSE), values(parsed, OBSERVATION, OPEN)
    days = sorted(closes)
    assert (len(days), parsed.rejected) == (1509, [])
    moved = [day for before, day in pairwise(days) if opens[day] != closes[before]]
    assert moved == []
