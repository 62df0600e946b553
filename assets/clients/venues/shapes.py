"""Down to the rows of a reply: lists at a pointer, whose cells have names or places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assets.clients import cells as read
from assets.clients.envelope import at, document
from warehouse.claims import WHOLE_REPLY, Parsed, Rejected, Reply, UpstreamError

Cell = int | str


@dataclass(frozen=True)
class Row:
    """One row of a reply, which is a list or an object, and where it stands."""

    reply: Reply
    locator: str
    cells: Any

    def __getitem__(self, cell: Cell) -> Any:
        """A cell; raises ValueError where the row has none like it."""
        try:
            return self.cells[cell]
        except (LookupError, TypeError):
            raise ValueError(f"the row has no {cell}") from None

    def number(self, cell: Cell) -> float:
        return read.number(self[cell])

    def has(self, cell: Cell) -> bool:
        """Whether an object has a cell with something in it."""
        return isinstance(self.cells, dict) and self.cells.get(cell) not in (None, "")

    def moment(self, cell: Cell, per_second: int = 1000) -> datetime:
        """A stamp in milliseconds, or in seconds where ``per_second`` is 1."""
        return read.moment(self.number(cell) / per_second)


def rows(reply: Reply, source: str, pointer: str) -> list[Row]:
    """The rows at a pointer; raises UpstreamError when there is no list of rows. None is an answer."""
    found = at(reply, source, document(reply, source), pointer)
    if not isinstance(found, list) or not all(isinstance(row, list | dict) for row in found):
        reason = f"expected a list of rows at {pointer or 'the top'}, got {str(found)[:80]!r}"
        raise UpstreamError(source, reason, request=reply.landed.request)
    return [Row(reply, f"{pointer}/{n}", row) for n, row in enumerate(found)]


def one(reply: Reply, source: str, pointer: str) -> Row:
    """The object at a pointer; raises UpstreamError when there is none."""
    found = at(reply, source, document(reply, source), pointer)
    if not isinstance(found, dict) or not found:
        reason = f"expected an object at {pointer or 'the top'}, got {str(found)[:80]!r}"
        raise UpstreamError(source, reason, request=reply.landed.request)
    return Row(reply, pointer or WHOLE_REPLY, found)


def columns(reply: Reply, source: str, pointer: str, names: Sequence[str]) -> list[Row]:
    """Rows that were sent as one list per column."""
    table = [at(reply, source, document(reply, source), f"{pointer}/{name}") for name in names]
    if not all(isinstance(column, list) for column in table) or len({len(column) for column in table}) != 1:
        raise UpstreamError(source, f"the columns at {pointer} do not belong together", request=reply.landed.request)
    return [
        Row(reply, f"{pointer}/{names[0]}/{n}", dict(zip(names, cells, strict=True)))
        for n, cells in enumerate(zip(*table, strict=True))
    ]


def reject(parsed: Parsed, row: Row, source: str, field: str, reason: str) -> None:
    """One row is not believed."""
    parsed.rejected.append(
        Rejected(
            landed=row.reply.landed,
            locator=row.locator,
            source=source,
            field=field,
            value=read.shown(row.cells),
            reason=reason,
        )
    )


Claim = dict[str, Any]


def one_each(parsed: Parsed, source: str, key: str, told: Iterator[tuple[Row, Claim]]) -> list[tuple[Row, Claim]]:
    """One claim per ``key``: pages overlap. Of claims that differ none is believed."""
    first: dict[Any, tuple[Row, Claim]] = {}
    differing: set[Any] = set()
    for row, claim in told:
        held = first.get(claim[key])
        if held is None:
            first[claim[key]] = (row, claim)
        elif held[1] != {**claim, "locator": held[1]["locator"]}:
            differing.add(claim[key])
            reject(parsed, row, source, f"{key} {claim[key]}", "rows of one moment that differ")
    for moment in differing:
        row, _ = first.pop(moment)
        reject(parsed, row, source, f"{key} {moment}", "rows of one moment that differ")
    return list(first.values())
