"""Fields of one operation as the Desk writes them, or Unbelievable with the field, its value and why."""

from typing import Any

from assets.clients import cells as read
from assets.clients.cells import Unbelievable
from assets.clients.envelope import Row
from warehouse.releases import Release

#: Columns of one operation, without where it came from.
Claim = dict[str, Any]


def text(row: Row, field: str, one_of: tuple[str, ...] = ()) -> str:
    """A text that is one of ``one_of``, or any that is not empty."""
    value = row[field]
    if one_of and value not in one_of:
        raise Unbelievable(field, value, f"not one of {', '.join(map(repr, one_of))}")
    if not one_of and not (isinstance(value, str) and value):
        raise Unbelievable(field, value, "not a text")
    return str(value)


def required_day(row: Row, field: str) -> Any:
    try:
        return read.day(row[field])
    except ValueError:
        raise Unbelievable(field, row[field], "not a date") from None


def optional_day(row: Row, field: str) -> Any:
    return None if row[field] in ("", None) else required_day(row, field)


def amount(row: Row, field: str) -> float | None:
    """Whole dollars, as text or number. Only an operation without results yet has none."""
    value = row[field]
    if value in ("", None):
        if row["auctionStatus"] == "Announced":
            return None
        raise Unbelievable(field, value, "results without an amount")
    try:
        dollars = read.number(value)
    except ValueError:
        raise Unbelievable(field, value, "not a number") from None
    if dollars < 0:
        raise Unbelievable(field, value, "an amount cannot be negative")
    return dollars


def known(row: Row, rule: Release) -> Claim:
    """When the row could be known: its own stamp, else the release rule of its day."""
    stamp = row["lastUpdated"]
    if stamp in ("", None):
        return {"known_at": rule.known_at(required_day(row, "operationDate")), "known_at_basis": "rule"}
    try:
        return {"known_at": read.new_york_stamp(stamp), "known_at_basis": "stamp"}
    except ValueError:
        raise Unbelievable("lastUpdated", stamp, "not a New York wall clock") from None
