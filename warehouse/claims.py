"""What a parsed reply hands to the warehouse: typed claims for fact tables, and values it could not believe."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from warehouse.landing import Landed
from warehouse.table import Table

WHOLE_REPLY = "$"
#: Share of a reply's values of one source that may be unbelievable before the reply itself is; one always may.
TOLERATED_SHARE = 0.2


@dataclass(frozen=True)
class Reply:
    """A landed reply with its bytes."""

    landed: Landed
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """One value, or a whole reply, that goes to quarantine."""

    landed: Landed
    locator: str
    source: str
    field: str
    value: str
    reason: str


@dataclass
class Parsed:
    """Everything one finished fetch said."""

    frames: list[tuple[Table, pl.DataFrame]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, table: Table, rows: pl.DataFrame | Sequence[dict[str, object]], reply: Reply) -> None:
        """Add claims of one reply: the table's own columns, ``known_at``, ``known_at_basis`` and ``locator``.

        Where they came from is added here. A claim that a rule would make known later than it was received was
        known when it was received.
        """
        received_at = pl.lit(reply.landed.received_at, pl.Datetime("us", "UTC"))
        own = {k: v for k, v in table.polars_schema.items() if k not in ("received_at", "landed_id")}
        frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(rows, schema=own, orient="row")
        early = pl.col("known_at") > received_at
        told = {
            "received_at": received_at,
            "landed_id": pl.lit(reply.landed.landed_id),
            "known_at_basis": pl.when(early).then(pl.lit("observed")).otherwise("known_at_basis"),
            "known_at": pl.when(early).then(received_at).otherwise("known_at"),
        }
        self.frames.append((table, frame.select(told.get(k, pl.col(k)).alias(k) for k in table.polars_schema)))


class UpstreamError(Exception):
    """An upstream did not do what its contract says.

    Names source, request, field and value as far as they are known; ``absent`` means the upstream says it does not
    have the thing, which is a gap and not a failure.
    """

    def __init__(self, source: str, reason: str, *, request: str = "", absent: bool = False) -> None:
        super().__init__(f"{source}: {reason}" + (f" (request: {request})" if request else ""))
        self.source, self.reason, self.request, self.absent = source, reason, request, absent
