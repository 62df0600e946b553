"""The Desk's three families of operations: outright Treasury, agency MBS, repo and reverse repo."""

from datetime import date

from assets.clients import operation_fields as of
from assets.clients.envelope import Row
from assets.clients.nyfed_operations import Family
from assets.clients.operation_fields import Claim
from warehouse.releases import OUTRIGHT_RESULT, REPO_RESULT
from warehouse.tables.facts import AGENCY_MBS_OPERATION, REPO_OPERATION, TREASURY_OPERATION


def _outright(row: Row) -> Claim:
    direction = of.text(row, "operationDirection", one_of=("P", "S"))
    return {**_operation(row), "direction": direction, **of.known(row, OUTRIGHT_RESULT)}


def _operation(row: Row) -> Claim:
    return {
        "operation_id": of.text(row, "operationId"),
        "operation_date": of.required_day(row, "operationDate"),
        "operation_type": of.text(row, "operationType"),
        "status": of.text(row, "auctionStatus", one_of=("Announced", "Results")),
        "settlement_date": of.optional_day(row, "settlementDate"),
        "note": str(row.get("note") or ""),
    }


def _treasury(row: Row) -> Claim:
    submitted, accepted = of.amount(row, "totalParAmtSubmitted"), of.amount(row, "totalParAmtAccepted")
    return {**_outright(row), "par_submitted_usd": submitted, "par_accepted_usd": accepted}


def _agency_mbs(row: Row) -> Claim:
    """Forward operations fill par, pools current face. Original face is far larger and is never money."""
    has_par = row["totalAmtAcceptedPar"] not in ("", None)
    accepted = of.amount(row, "totalAmtAcceptedPar" if has_par else "totalAcceptedCurrFace")
    return {**_outright(row), "accepted_usd": accepted}


def _repo(row: Row) -> Claim:
    of.text(row, "operationType", one_of=("Repo", "Reverse Repo"))
    return {
        **_operation(row),
        "method": of.text(row, "operationMethod"),
        "maturity_date": of.optional_day(row, "maturityDate"),
        "term": of.text(row, "term"),
        "submitted_usd": of.amount(row, "totalAmtSubmitted"),
        "accepted_usd": of.amount(row, "totalAmtAccepted"),
        "is_small_value": of.text(row, "isSmallValue", one_of=("Y", "N", "")) == "Y",
        **of.known(row, REPO_RESULT),
    }


FAMILIES = {
    family.table.name: family
    for family in (
        Family(
            table=TREASURY_OPERATION,
            path="/tsy/all/results/details/search.json",
            pointer="/treasury/auctions",
            since=date(2008, 1, 1),
            days_per_request=730,
            fields=("operationDirection", "totalParAmtSubmitted", "totalParAmtAccepted"),
            claim=_treasury,
            silent_days=250,
        ),
        Family(
            table=AGENCY_MBS_OPERATION,
            path="/ambs/all/results/details/search.json",
            pointer="/ambs/auctions",
            since=date(2018, 1, 1),
            days_per_request=730,
            fields=("operationDirection", "totalAmtAcceptedPar", "totalAcceptedCurrFace"),
            claim=_agency_mbs,
        ),
        Family(
            table=REPO_OPERATION,
            path="/rp/results/search.json",
            pointer="/repo/operations",
            since=date(2013, 9, 23),
            days_per_request=365,
            fields=(
                "operationMethod",
                "term",
                "maturityDate",
                "totalAmtSubmitted",
                "totalAmtAccepted",
                "isSmallValue",
            ),
            claim=_repo,
            params={"operationTypes": "Repo,Reverse Repo"},
            silent_days=5,
        ),
    )
}
