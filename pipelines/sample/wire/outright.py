"""Rows of the outright families: Treasury purchases, and agency mortgage-backed securities."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from pipelines.sample.desk import Purchase
from pipelines.sample.wire.operations import Operation, Row, newest_first, schedule
from pipelines.sample.world import World

PAR = ("totalParAmtSubmitted", "totalParAmtAccepted")
FACES = (
    "totalSubmittedOrigFace",
    "totalAcceptedOrigFace",
    "totalSubmittedCurrFace",
    "totalAcceptedCurrFace",
    "totalAmtSubmittedPar",
    "totalAmtAcceptedPar",
)


@cache
def treasuries(world: World) -> list[Operation]:
    """Newest first; the day's second and third operation follow half an hour apart."""
    found = []
    for one in world.purchases:
        hour, minute = 9 + one.number // 2, 30 * (one.number % 2)
        opens, closes = f"{hour:02d}:{minute:02d}", f"{hour:02d}:{minute + 20}"
        found.append(schedule(one.traded, opens, closes, _treasury(one), PAR))
    return newest_first(found)


def _treasury(one: Purchase) -> Row:
    """Par in whole dollars as strings, over two securities; the "price" of a bill is a discount rate."""
    bill, par = "Bill" in one.kind, one.par * 1_000_000
    start = one.traded + timedelta(days=30 if bill else 900)
    end = start + timedelta(days=90 if bill else 1_100)
    first = one.par * (30 + one.traded.toordinal() % 40) // 100 * 1_000_000
    details = [
        {
            "inclusionIndicator": "I",
            "cusip": f"9127{one.traded.toordinal() % 10_000:04d}{letter}",
            "securityDescription": f"{one.kind.split()[1].upper()} {end:%m/%d/%y}",
            "parAmountAccepted": str(part),
            "weightedAvgAccptPrice": "3.561" if bill else "99.218750",
            "leastFavoriteAccptPrice": "3.558" if bill else "99.234375",
            "percentAllottedleastFavoriteAccptPrice": "100",
        }
        for letter, part in (("A", first), ("B", par - first))
    ]
    return {
        "operationId": f"OR {one.traded:%m%d%y} {one.number}",
        "operationDate": one.traded.isoformat(),
        "settlementDate": one.settled.isoformat(),
        "operationType": one.kind,
        "operationDirection": "P",
        "maturityRangeStart": start.isoformat(),
        "maturityRangeEnd": end.isoformat(),
        "auctionMethod": "Multiple Price",
        "totalParAmtSubmitted": str(one.submitted * 1_000_000),
        "totalParAmtAccepted": str(par),
        "note": "",
        "details": details,
    }


@cache
def mortgages(world: World) -> list[Operation]:
    rows = ((one.traded, _mortgage(one)) for one in world.mortgage_operations)
    return newest_first([schedule(day, "10:30", "10:50", row, FACES) for day, row in rows])


def _mortgage(one: Purchase) -> Row:
    """Forward purchases fill the par pair, specified pools the face pairs (original face is larger)."""
    pools, par, submitted = "Pool" in one.kind, one.par * 1_000_000, one.submitted * 1_000_000
    amounts: tuple[int | str, ...] = ("", "", "", "", submitted, par)
    if pools:
        amounts = (submitted * 7 // 4, par * 7 // 4, submitted, par, "", "")
    return {
        "operationId": f"AMBS {one.traded:%m%d%y} {one.number}",
        "operationDate": one.traded.isoformat(),
        "operationType": one.kind,
        "operationDirection": "S" if pools else "P",
        "method": "Multiple Price",
        "classType": "Specified Pools" if pools else "TBA",
        **{field: str(amount) for field, amount in zip(FACES, amounts, strict=True)},
        "settlementDate": one.settled.isoformat(),
        "note": "Small value exercise" if pools else "",
        "details": [],
    }
