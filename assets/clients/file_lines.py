"""One line of a file: its values by column, and how it is turned away."""

from datetime import date, datetime
from typing import NamedTuple

from assets.clients import cells as read
from assets.clients.cells import Unbelievable
from warehouse.claims import Parsed, Rejected, Reply


class Line(NamedTuple):
    """Texts as entered, at line ``number`` of the file."""

    number: int
    columns: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def locator(self) -> str:
        return f"line {self.number}"

    def text(self, column: str) -> str:
        if len(self.texts) != len(self.columns):
            reason = f"{len(self.texts)} values for {len(self.columns)} columns"
            raise Unbelievable("line", ",".join(self.texts), reason)
        return self.texts[self.columns.index(column)].strip()

    def number_of(self, column: str) -> float:
        try:
            return read.number(self.text(column))
        except ValueError:
            raise Unbelievable(column, self.text(column), "not a number") from None

    def day_of(self, column: str, suffix: str = "") -> date:
        """A date; ``suffix`` completes one that is written shorter."""
        try:
            return read.day(self.text(column) + suffix)
        except ValueError:
            raise Unbelievable(column, self.text(column), "not a date") from None

    def moment_of(self, column: str) -> datetime:
        try:
            return read.instant(self.text(column))
        except ValueError:
            reason = "not a moment with its offset, like 2026-01-21T14:00:00Z"
            raise Unbelievable(column, self.text(column), reason) from None

    def one_of(self, column: str, allowed: tuple[str, ...]) -> str:
        if self.text(column) not in allowed:
            raise Unbelievable(column, self.text(column), f"not one of {', '.join(allowed)}")
        return self.text(column)


def reject(parsed: Parsed, reply: Reply, line: Line, source: str, error: Unbelievable) -> None:
    parsed.rejected.append(
        Rejected(
            landed=reply.landed,
            locator=line.locator,
            source=source,
            field=f"{error.field} of {','.join(line.texts[:3])}"[:80],
            value=read.shown(error.value),
            reason=error.reason,
        )
    )
