"""Rows of the repo family: overnight reverse repo, standing facility, and what must not be counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

from pipelines.sample.calendars import shift
from pipelines.sample.policy import policy
from pipelines.sample.wire.operations import Operation, Row, newest_first, schedule
from pipelines.sample.world import World

AMOUNTS = ("totalAmtSubmitted", "totalAmtAccepted", "participatingCpty", "acceptedCpty")
MORNING_WINDOW = date(2025, 6, 26)  # until then the standing facility had only its afternoon window
FULL_ALLOTMENT = date(2025, 12, 11)
SMALL = {"isSmallValue": "Y", "note": "Small value exercise"}


@cache
def operations(world: World) -> list[Operation]:
    found: list[Operation] = []
    for day, millions in world.reverse_repo.items():
        dollars, parties = millions * 1_000_000, min(105, millions // 22_000 + 4)
        found.append(schedule(day, "12:45", "13:15", _reverse(day, 25, "Fixed Rate", dollars, parties), AMOUNTS))
        if day in world.standing_repo:
            found += _standing(day, world.standing_repo[day])
        found += _uncounted(day)
    return newest_first(found)


def _uncounted(day: date) -> Iterator[Operation]:
    """Twice a year an exercise in both directions; each month a day of a foreign official account."""
    if day.month in (3, 9) and 7 < day.day < 15 and day.weekday() == 2:
        exercise = _reverse(day, 90, "Fixed Rate", 175_000_000, 3) | SMALL
        yield schedule(day, "10:00", "10:15", exercise, AMOUNTS)
        yield schedule(day, "10:30", "10:45", _repo(day, 91, "Multiple Price", 52_000_000) | SMALL, AMOUNTS)
    if day.day <= 7 and day.weekday() == 1:
        pool = _reverse(day, 60, "Full Allotment", 2_400_000_000, 1)
        yield schedule(day, "09:00", "09:15", pool | {"note": "Foreign and international accounts"}, AMOUNTS)


def _standing(day: date, millions: int) -> Iterator[Operation]:
    """Two windows a day that add up to the day's take-up."""
    method = "Full Allotment" if day >= FULL_ALLOTMENT else "Multiple Price"
    morning = 0
    if day >= MORNING_WINDOW:
        morning = millions * 45 // 100 * 1_000_000
        yield schedule(day, "08:15", "08:30", _repo(day, 1, method, morning), AMOUNTS)
    yield schedule(day, "13:30", "13:45", _repo(day, 2, method, millions * 1_000_000 - morning), AMOUNTS)


def _row(day: date, number: int, kind: str, method: str, amount: int | str, parties: int) -> Row:
    due = shift("money", day, 1)
    return {
        "operationId": f"RP {day:%m%d%y} {number}",
        "operationDate": day.isoformat(),
        "settlementDate": day.isoformat(),
        "maturityDate": due.isoformat(),
        "operationType": kind,
        "operationMethod": method,
        "settlementType": "Same Day",
        "termCalenderDays": (due - day).days,
        "term": "Overnight",
        "note": "",
        "participatingCpty": parties,
        "acceptedCpty": parties,
        "totalAmtSubmitted": amount,
        "totalAmtAccepted": amount,
        "isSmallValue": "",
    }


def _reverse(day: date, number: int, method: str, dollars: int, parties: int) -> Row:
    """Amounts are JSON numbers in this direction."""
    rate = policy(day, 4)
    detail = {
        "securityType": "Treasury",
        "amtSubmitted": dollars,
        "amtAccepted": dollars,
        "percentOfferingRate": rate,
        "percentAwardRate": rate if dollars else "",
    }
    return _row(day, number, "Reverse Repo", method, dollars, parties) | {"details": [detail]}


def _repo(day: date, number: int, method: str, dollars: int) -> Row:
    """Amounts are strings in this direction; three kinds of collateral."""
    rate, mortgages = policy(day, 2), dollars * 3 // 10
    parts = {"Treasury": dollars - mortgages, "Agency": 0, "Mortgage-Backed": mortgages}
    details = [
        {
            "securityType": kind,
            "amtSubmitted": str(part),
            "amtAccepted": str(part),
            "minimumBidRate": rate,
            "percentHighRate": rate if part else "",
            "percentLowRate": rate if part else "",
        }
        for kind, part in parts.items()
    ]
    parties = min(25, -(-dollars // 1_500_000_000))
    return _row(day, number, "Repo", method, str(dollars), parties) | {"details": details}
