"""What every Desk operation on the wire shares: announced without amounts, then the same id with results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipelines.sample.calendars import NEW_YORK, clock

Row = dict[str, Any]
COUNTED = 101  # seconds from the close of an operation to its results


@dataclass(frozen=True)
class Operation:
    """One operation; `blank` is what is not yet known while it is announced."""

    announced: float
    finished: float
    result: Row
    blank: Row

    def row(self, at: float) -> Row:
        return self.result if at >= self.finished else self.result | self.blank


def schedule(day: date, opens: str, closes: str, row: Row, amounts: Sequence[str]) -> Operation:
    """The row with its New York times; `opens` and `closes` are HH:MM."""
    announced, closed = (clock(day, int(text[:2]), int(text[3:])) for text in (opens, closes))
    updated = datetime.fromtimestamp(closed + COUNTED, NEW_YORK)
    result = row | {"auctionStatus": "Results", "releaseTime": opens, "closeTime": closes}
    blank = dict.fromkeys(amounts, "") | {"auctionStatus": "Announced", "details": []}
    return Operation(
        announced,
        closed + COUNTED,
        result | {"lastUpdated": f"{updated:%Y-%m-%d %H:%M:%S}"},
        blank | {"lastUpdated": f"{day} {opens}:02"},
    )


def newest_first(operations: list[Operation]) -> list[Operation]:
    return sorted(operations, key=lambda one: one.announced, reverse=True)
