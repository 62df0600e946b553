"""How the operations of one job are read and when they are not believed, whatever family they are of."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qs, urlsplit

from assets.clients import cells as read
from assets.clients.cells import Unbelievable
from assets.clients.envelope import Row, rows_at
from assets.clients.operation_fields import Claim
from warehouse.calendars import open_days
from warehouse.claims import Parsed, Rejected, Reply, UpstreamError
from warehouse.table import Table

COMMON = ("operationId", "operationDate", "operationType", "auctionStatus", "settlementDate", "lastUpdated")


@dataclass(frozen=True, kw_only=True)
class Family:
    """One kind of operation: where it is asked for, the fields relied on, and what a row claims.

    ``silent_days`` is after how many bond-market days without any operation the reply is not believed.
    """

    table: Table
    path: str
    pointer: str
    since: date
    days_per_request: int
    fields: tuple[str, ...]
    claim: Callable[[Row], Claim]
    params: Mapping[str, str] = field(default_factory=dict)
    silent_days: int | None = None


def operations(family: Family, replies: Sequence[Reply]) -> Parsed:
    """Rows of all windows of one job. An operation told twice for one moment is rejected, both times."""
    name = family.table.name
    parsed = Parsed()
    found: list[tuple[Reply, str, Claim]] = []
    count = 0
    for reply in replies:
        for n, row in enumerate(rows_at(reply, name, family.pointer, (*COMMON, *family.fields))):
            count += 1
            locator = f"{family.pointer}/{n}"
            try:
                found.append((reply, locator, {**family.claim(row), "locator": locator}))
            except Unbelievable as error:
                _reject(parsed, reply, f"{locator}/{error.field}", name, row, error)
    if not count:
        _refuse_silence(family, replies)
    times = Counter(_key(family, claim) for _, _, claim in found)
    for reply in replies:
        rows = []
        for owner, locator, claim in found:
            if owner is reply and times[_key(family, claim)] == 1:
                rows.append(claim)
            elif owner is reply:
                reason = "this operation comes more than once"
                twice = Unbelievable("operationId", claim["operation_id"], reason)
                _reject(parsed, reply, locator, name, claim, twice)
        if rows:
            parsed.add(family.table, rows, reply)
    if count and not parsed.frames:
        first = parsed.rejected[0]
        reason = f"none of {count} operations can be believed: {first.field} is {first.value!r}, {first.reason}"
        raise UpstreamError(name, reason, request=replies[0].landed.request)
    return parsed


def _key(family: Family, claim: Claim) -> tuple[object, ...]:
    return tuple(claim[name] for name in family.table.key)


def _reject(
    parsed: Parsed, reply: Reply, locator: str, source: str, row: Mapping[str, object], error: Unbelievable
) -> None:
    operation = row.get("operationId", row.get("operation_id"))
    parsed.rejected.append(
        Rejected(
            landed=reply.landed,
            locator=locator,
            source=source,
            field=f"{error.field} of {read.shown(operation)}",
            value=read.shown(error.value),
            reason=error.reason,
        )
    )


def _refuse_silence(family: Family, replies: Sequence[Reply]) -> None:
    asked = [parse_qs(urlsplit(reply.landed.request).query) for reply in replies]
    first, last = (date.fromisoformat(day) for day in (asked[0]["startDate"][0], asked[-1]["endDate"][0]))
    days = sum(1 for _ in open_days("bond", first, last))
    if family.silent_days is not None and days >= family.silent_days:
        reason = f"no operations in {days} business days, {first} to {last}"
        raise UpstreamError(family.table.name, reason, request=replies[-1].landed.request, absent=True)
