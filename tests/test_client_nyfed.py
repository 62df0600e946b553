"""The New York Fed: holdings, reference rates, and the Desk's operations in three families."""

import gzip
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from assets.clients.nyfed import NyFed
from tests.canned import Canned, Served, fetched, host, reply, rows, serving, told, values
from tests.pipeline import needs_recordings
from warehouse.catalogue.nyfed import SOMA_FIELDS
from warehouse.claims import Parsed, UpstreamError
from warehouse.tables.facts import AGENCY_MBS_OPERATION, OBSERVATION, REPO_OPERATION, TREASURY_OPERATION

TODAY = date(2026, 9, 4)
CLIENT = NyFed(host(Served("http://127.0.0.1:9")), TODAY)
TREASURY, MBS, REPO = "facts.treasury_operation", "facts.agency_mbs_operation", "facts.repo_operation"


# -- holdings ------------------------------------------------------------------------------------


def week(day: str, **parts: str) -> dict[str, str]:
    return {"asOfDate": day, **dict.fromkeys(SOMA_FIELDS, "0.00"), **parts}


def holdings(*weeks: dict[str, str]) -> Parsed:
    return CLIENT.parse("SOMA_TOTAL", [reply({"soma": {"summary": list(weeks)}})])


def test_one_request_brings_all_nine_series_of_holdings(tmp_path: Path) -> None:
    body = json.dumps({"soma": {"summary": [week("2026-07-15", bills="277018806000", total="774987618000.00")]}})
    with serving(Canned(body)) as served:
        parsed = told(NyFed(host(served), TODAY), "SOMA_TOTAL", tmp_path)
    assert served.requests == ["/soma/summary.json"]
    assert set(rows(parsed, OBSERVATION)["series_id"]) == set(SOMA_FIELDS.values())
    assert values(parsed, OBSERVATION, "SOMA_BILLS") == {date(2026, 7, 15): 277_018_806_000.0}
    bills = rows(parsed, OBSERVATION).row(0, named=True)
    assert (bills["unit"], bills["locator"]) == ("usd", "/soma/summary/0/bills")
    assert bills["known_at"] == datetime(2026, 7, 16, 20, 30, tzinfo=UTC)  # Thursday 16:30 New York


def test_not_reported_is_no_claim_and_zero_is_zero() -> None:
    parsed = holdings(week("2007-01-03", frn="", cmbs="0.00", total="1"))
    assert values(parsed, OBSERVATION, "SOMA_FRN") == {}
    assert values(parsed, OBSERVATION, "SOMA_CMBS") == {date(2007, 1, 3): 0.0}


def test_one_bad_holding_is_rejected_and_the_others_are_kept() -> None:
    parsed = holdings(week("2026-07-15", mbs="n/a", total="5"))
    assert [(r.locator, r.source, r.value) for r in parsed.rejected] == [("/soma/summary/0/mbs", "SOMA_MBS", "n/a")]
    assert values(parsed, OBSERVATION, "SOMA_TOTAL") == {date(2026, 7, 15): 5.0}


def test_holdings_without_any_total_are_refused() -> None:
    with pytest.raises(UpstreamError, match="SOMA_TOTAL: none of 1 rows has a value"):
        holdings(week("2026-07-15", total=""))


# -- reference rates -----------------------------------------------------------------------------


def rate(**fields: object) -> dict[str, object]:
    return {
        "effectiveDate": "2026-09-02",
        "type": "EFFR",
        "percentRate": 3.63,
        "revisionIndicator": "",
        **fields,
    }


def test_a_rate_is_asked_from_the_overlap_to_today(tmp_path: Path) -> None:
    with serving(Canned(json.dumps({"refRates": [rate()]}))) as served:
        parsed = told(NyFed(host(served), TODAY), "NYFED_EFFR", tmp_path, lambda key: date(2026, 9, 1))
    assert served.requests == ["/rates/unsecured/effr/search.json?startDate=2026-08-22&endDate=2026-09-04"]
    row = rows(parsed, OBSERVATION).row(0, named=True)
    assert (row["value"], row["unit"], row["locator"]) == (3.63, "percent", "/refRates/0/percentRate")
    assert row["known_at"] == datetime(2026, 9, 3, 13, tzinfo=UTC)  # the next business day 09:00 New York


def test_a_rate_the_upstream_does_not_have_is_absent_and_not_broken() -> None:
    with pytest.raises(UpstreamError, match="NYFED_OBFR: refRates is empty") as caught:
        CLIENT.parse("NYFED_OBFR", [reply({"refRates": []})])
    assert caught.value.absent


def test_a_reply_about_another_rate_is_refused() -> None:
    with pytest.raises(UpstreamError, match="/refRates/0/type is 'EFFR', not 'SOFR'"):
        CLIENT.parse("NYFED_SOFR", [reply({"refRates": [rate()]})])


# -- operations ----------------------------------------------------------------------------------


def operation(**fields: object) -> dict[str, Any]:
    """The result that the upstream published on 2026-08-31."""
    return {
        "operationId": "OR 083126 25",
        "auctionStatus": "Results",
        "operationDate": "2026-08-31",
        "settlementDate": "2026-09-01",
        "operationType": "Outright Bill Purchase",
        "operationDirection": "P",
        "totalParAmtSubmitted": "39346000000",
        "totalParAmtAccepted": "4243000000",
        "note": "",
        "lastUpdated": "2026-08-31 09:20:55",
        **fields,
    }


def treasury(*operations: dict[str, Any]) -> Parsed:
    return CLIENT.parse(TREASURY, [reply({"treasury": {"auctions": list(operations)}})])


def test_a_result_is_known_from_its_own_eastern_stamp() -> None:
    row = rows(treasury(operation()), TREASURY_OPERATION).row(0, named=True)
    assert (row["operation_id"], row["direction"], row["status"]) == ("OR 083126 25", "P", "Results")
    assert (row["par_submitted_usd"], row["par_accepted_usd"]) == (39_346_000_000.0, 4_243_000_000.0)
    assert (row["operation_date"], row["settlement_date"]) == (date(2026, 8, 31), date(2026, 9, 1))
    assert (row["known_at"], row["known_at_basis"]) == (
        datetime(2026, 8, 31, 13, 20, 55, tzinfo=UTC),
        "stamp",
    )
    assert row["locator"] == "/treasury/auctions/0"


def test_a_result_without_a_stamp_is_known_by_the_release_rule() -> None:
    row = rows(treasury(operation(lastUpdated="")), TREASURY_OPERATION).row(0, named=True)
    assert (row["known_at"], row["known_at_basis"]) == (datetime(2026, 8, 31, 18, 30, tzinfo=UTC), "rule")


def test_a_sale_keeps_its_amount_unsigned_and_says_its_direction() -> None:
    parsed = treasury(operation(operationDirection="S", totalParAmtAccepted=10_000_000_000))
    assert rows(parsed, TREASURY_OPERATION).select("direction", "par_accepted_usd").row(0) == ("S", 1e10)


def test_announced_then_results_are_two_claims_of_one_operation() -> None:
    announced = operation(
        auctionStatus="Announced",
        totalParAmtSubmitted="",
        totalParAmtAccepted="",
        lastUpdated="2026-08-31 09:00:02",
    )
    before, after = treasury(announced), treasury(operation())
    told_twice = rows(before, TREASURY_OPERATION).vstack(rows(after, TREASURY_OPERATION))
    assert told_twice.select("operation_id", "status", "par_accepted_usd").rows() == [
        ("OR 083126 25", "Announced", None),
        ("OR 083126 25", "Results", 4_243_000_000.0),
    ]
    assert told_twice["known_at"].is_sorted()
    assert not before.rejected


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("totalParAmtAccepted", "", "results without an amount"),
        ("totalParAmtAccepted", "4,243", "not a number"),
        ("totalParAmtSubmitted", "-1", "cannot be negative"),
        ("operationDate", "08/31/2026", "not a date"),
        ("settlementDate", "soon", "not a date"),
        ("operationDirection", "B", "not one of 'P', 'S'"),
        ("auctionStatus", "Cancelled", "not one of 'Announced', 'Results'"),
        ("lastUpdated", "09:20", "not a New York wall clock"),
        ("operationId", "", "not a text"),
    ],
)
def test_one_bad_field_rejects_its_operation_alone(field: str, value: str, reason: str) -> None:
    parsed = treasury(operation(operationId="OR 083126 24"), operation(**{field: value}))
    assert rows(parsed, TREASURY_OPERATION)["operation_id"].to_list() == ["OR 083126 24"]
    (rejected,) = parsed.rejected
    assert (rejected.locator, rejected.value) == (f"/treasury/auctions/1/{field}", value)
    assert rejected.source == TREASURY
    assert reason in rejected.reason


def test_an_operation_told_twice_is_rejected_both_times() -> None:
    parsed = treasury(operation(), operation(totalParAmtAccepted="1"), operation(operationId="OR 083126 24"))
    assert rows(parsed, TREASURY_OPERATION)["operation_id"].to_list() == ["OR 083126 24"]
    assert [r.locator for r in parsed.rejected] == ["/treasury/auctions/0", "/treasury/auctions/1"]


def test_operations_are_asked_in_adjoining_windows_up_to_today(tmp_path: Path) -> None:
    with serving(Canned(json.dumps({"treasury": {"auctions": [operation()]}}))) as served:
        fetched(NyFed(host(served), date(2012, 1, 2)), TREASURY, tmp_path)
    path = "/tsy/all/results/details/search.json"
    assert served.requests == [
        f"{path}?startDate=2008-01-01&endDate=2009-12-30",
        f"{path}?startDate=2009-12-31&endDate=2011-12-30",
        f"{path}?startDate=2011-12-31&endDate=2012-01-02",
    ]


def test_once_there_are_operations_the_last_ten_business_days_are_asked_again(tmp_path: Path) -> None:
    with serving(Canned('{"repo":{"operations":[]}}')) as served:
        fetched(NyFed(host(served), TODAY), REPO, tmp_path, lambda key: date(2026, 9, 3))
    assert served.requests == [
        "/rp/results/search.json?startDate=2026-08-20&endDate=2026-09-04&operationTypes=Repo,Reverse%20Repo"
    ]


@pytest.mark.parametrize(
    ("amounts", "accepted"),
    [
        ({"totalAmtAcceptedPar": "120000000"}, 120_000_000.0),
        (
            {"totalAcceptedOrigFace": 130_453_820, "totalAcceptedCurrFace": "73999999.1158832"},
            73_999_999.1158832,
        ),
        ({"auctionStatus": "Announced"}, None),
    ],
    ids=["par of a forward operation", "current face of a pool, never original", "nothing yet"],
)
def test_mbs_amounts_are_par_or_current_face(amounts: dict[str, object], accepted: float | None) -> None:
    faces = dict.fromkeys(("totalAmtAcceptedPar", "totalAcceptedCurrFace", "totalAcceptedOrigFace"), "")
    row = operation(operationType="Specified Pool Sale", **faces) | amounts
    parsed = CLIENT.parse(MBS, [reply({"ambs": {"auctions": [row]}})])
    assert rows(parsed, AGENCY_MBS_OPERATION)["accepted_usd"].to_list() == [accepted]


def test_no_mbs_operations_is_a_fact_and_not_a_failure() -> None:
    asked = "GET /ambs?startDate=2024-01-01&endDate=2025-12-30"
    parsed = CLIENT.parse(MBS, [reply({"ambs": {"auctions": []}}, asked)])
    assert (parsed.frames, parsed.rejected) == ([], [])


def repo(number: int, **fields: object) -> dict[str, Any]:
    return {
        "operationId": f"RP 123125 {number}",
        "auctionStatus": "Results",
        "operationDate": "2025-12-31",
        "operationType": "Repo",
        "operationMethod": "Full Allotment",
        "settlementDate": "2025-12-31",
        "maturityDate": "2026-01-02",
        "term": "Overnight",
        "totalAmtSubmitted": "0",
        "totalAmtAccepted": "0",
        "isSmallValue": "",
        "note": "",
        "lastUpdated": "2025-12-31 13:47:00",
        **fields,
    }


def repos(*operations: dict[str, Any], asked: str = "startDate=2025-12-31&endDate=2026-01-02") -> Parsed:
    return CLIENT.parse(REPO, [reply({"repo": {"operations": list(operations)}}, f"GET /rp?{asked}")])


def test_the_two_windows_of_a_day_stay_two_rows_that_add_up() -> None:
    """31.5 bn in the morning and 43.1 bn in the afternoon of 2025-12-31 are the record of 74.6 bn."""
    parsed = repos(repo(1, totalAmtAccepted="31500000000"), repo(2, totalAmtAccepted=43_100_000_000))
    assert rows(parsed, REPO_OPERATION)["accepted_usd"].to_list() == [31.5e9, 43.1e9]
    assert rows(parsed, REPO_OPERATION)["accepted_usd"].sum() == 74.6e9


def test_a_small_value_exercise_is_marked() -> None:
    parsed = repos(repo(1, isSmallValue="Y"), repo(2), repo(3, isSmallValue="maybe"))
    assert rows(parsed, REPO_OPERATION)["is_small_value"].to_list() == [True, False]
    assert [(r.field, r.value) for r in parsed.rejected] == [("isSmallValue of RP 123125 3", "maybe")]


def test_repo_and_reverse_repo_may_share_an_identifier() -> None:
    parsed = repos(repo(1), repo(1, operationType="Reverse Repo"))
    assert rows(parsed, REPO_OPERATION).height == 2


@pytest.mark.parametrize(
    ("asked", "days"),
    [("startDate=2026-08-31&endDate=2026-09-04", 5), ("startDate=2026-08-28&endDate=2026-09-03", 5)],
)
def test_five_bond_market_days_without_any_repo_are_not_believed(asked: str, days: int) -> None:
    with pytest.raises(UpstreamError, match=f"no operations in {days} business days") as caught:
        repos(asked=asked)
    assert caught.value.absent


def test_four_bond_market_days_without_any_repo_can_be() -> None:
    assert repos(asked="startDate=2026-09-04&endDate=2026-09-10").frames == []  # Labor Day is among them


# -- the envelope --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "body", "said"),
    [
        ("SOMA_TOTAL", {"soma": {"weeks": []}}, "expected summary in /soma, got an object with weeks"),
        (
            "SOMA_TOTAL",
            {"soma": {"summary": {}}},
            "expected a list at /soma/summary, got an object with nothing",
        ),
        (
            "SOMA_TOTAL",
            {"soma": {"summary": [{"asOfDate": "2026-07-15"}]}},
            "/soma/summary/0 lacks the fields",
        ),
        ("NYFED_SOFR", [], "expected refRates in the reply, got list"),
        ("NYFED_SOFR", {"refRates": [{"type": "SOFR"}]}, "lacks the fields .'effectiveDate', 'percentRate'."),
        (
            TREASURY,
            {"treasury": {"auctions": ["x"]}},
            "/treasury/auctions/0 lacks the fields all of them, got str",
        ),
        (REPO, "{", "not JSON"),
        (REPO, '{"repo": {"operations": [NaN]}}', "NaN is not a JSON number"),
    ],
)
def test_another_shape_is_refused_by_name(key: str, body: object, said: str) -> None:
    with pytest.raises(UpstreamError, match=said) as caught:
        CLIENT.parse(key, [reply(body, "GET /asked")])
    assert (caught.value.source, caught.value.request) == (key, "GET /asked")


def test_a_renamed_amount_is_refused_by_name() -> None:
    renamed = operation()
    renamed["totalParAmtAccepted_renamed"] = renamed.pop("totalParAmtAccepted")
    with pytest.raises(UpstreamError, match=r"lacks the fields .'totalParAmtAccepted'."):
        treasury(renamed)


def test_results_none_of_which_can_be_believed_are_refused() -> None:
    with pytest.raises(UpstreamError, match="none of 1 operations can be believed"):
        treasury(operation(totalParAmtAccepted=""))


def test_a_bad_parameter_is_answered_with_an_empty_400(tmp_path: Path) -> None:
    with serving(Canned("", 400)) as served, pytest.raises(UpstreamError, match="HTTP 400"):
        fetched(NyFed(host(served), TODAY), "NYFED_SOFR", tmp_path)
    assert len(served.requests) == 1


# -- recordings ----------------------------------------------------------------------------------


@needs_recordings
def test_every_recorded_operation_and_week_is_read() -> None:
    folder = Path(os.environ["TIDEGAUGE_RECORDINGS"]) / "nyfed"
    auctions, weeks = _lines(folder / "tsy_results.jsonl.gz"), _lines(folder / "soma_summary.jsonl.gz")
    operations = treasury(*auctions)
    found = rows(operations, TREASURY_OPERATION)
    assert (found.height, operations.rejected) == (403, [])
    assert found["par_accepted_usd"].sum() == sum(int(row["totalParAmtAccepted"]) for row in auctions)
    parsed = holdings(*weeks)
    assert len(values(parsed, OBSERVATION, "SOMA_TOTAL")) == 967
    assert rows(parsed, OBSERVATION).height == sum(row[name] != "" for row in weeks for name in SOMA_FIELDS)


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
