"""What one part of a claim comes to at one moment: its query's row, read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

import polars as pl

from assets.claims.declared import Part
from warehouse.queries import UNANSWERABLE

VERDICTS = ("supported", "partly", "refuted", "reversed", "pending", "unmeasurable")
#: What a query may find; reversed takes memory.
FINDINGS = tuple(verdict for verdict in VERDICTS if verdict != "reversed")
AS_OF = re.compile(r"\bas_of\(\)")

Read = Callable[[str], pl.DataFrame]


@dataclass(frozen=True)
class Finding:
    """A verdict without memory, and what it rests on. A broken part has an error and no verdict of its own."""

    verdict: str
    reason: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    n: int | None = None
    covered_from: str | None = None
    covered_to: str | None = None
    error: str = ""

    def evidence(self, part: Part, sources: Mapping[str, Any]) -> str:
        """The evidence as JSON; ``sources`` are the tables that were read, with what was there."""
        told = {
            "numbers": dict(self.numbers),
            "n": self.n,
            "coverage": {"from": self.covered_from, "to": self.covered_to, "tables": dict(sources)},
            "reason": self.reason or None,
            "refuted_by": part.refuted_by or None,
            "horizon": part.horizon or None,
            "query": part.query or None,
            "error": self.error or None,
        }
        return json.dumps(told)


def finding(part: Part, read: Read, moment: datetime) -> Finding:
    """Run the part's query as of a moment on what was known then; its error is a finding too, and hides no other."""
    if part.error:
        return Finding("unmeasurable", "the claim is broken", error=part.error)
    try:
        rows = read(AS_OF.sub(f"timestamptz '{moment.isoformat()}'", part.query))
        return _understood(rows)
    except (*UNANSWERABLE, ValueError) as error:
        return Finding("unmeasurable", "the claim is broken", error=" ".join(str(error).split())[:500])


def _understood(rows: pl.DataFrame) -> Finding:
    if rows.height != 1:
        raise ValueError(f"the query must return one row, not {rows.height}")
    row = rows.row(0, named=True)
    verdict, reason = row.pop("verdict", None), row.pop("reason", None)
    if verdict not in FINDINGS:
        raise ValueError(f"verdict must be one of {', '.join(FINDINGS)}, not {verdict!r}")
    n = row.pop("n", None)
    if n is not None and not isinstance(n, int):
        raise ValueError(f"n must be a whole number, not {n!r}")
    start, end = (_plain(row.pop(name, None)) for name in ("covered_from", "covered_to"))
    numbers = {name: _plain(value) for name, value in row.items()}
    return Finding(verdict, reason or "", numbers, n, start, end)


def _plain(value: Any) -> Any:
    """A value as JSON has it: days and times as text, no NaN."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and not isfinite(value) else value
