"""What a verdict rests on: what the claim's query found at that look. Its memory of earlier looks is theirs."""

import json
from collections.abc import Mapping
from typing import Any

from assets.claims.declared import Part, claims, parts
from assets.claims.findings import AS_OF, finding
from pipelines.models import Read
from pipelines.tracing.found import LineageError
from pipelines.tracing.step import Step

#: What of the evidence tells of the answer, and not of all rows that there were.
TOLD = ("numbers", "n", "reason")


def part_of(row: Mapping[str, Any]) -> Part:
    """The part that a row of the ledger is about, as it is declared now. Raises LineageError."""
    for claim, part in parts(claims()):
        if (claim.claim_id, part.name) == (row["claim_id"], row["part"]) and part.query:
            return part
    raise LineageError(f"{row['claim_id']} {row['part']} has no query in claims.toml: there is nothing it rests on")


def of_claim(row: Mapping[str, Any]) -> Step:
    """The step of one look: the query with the moment in it."""
    query = AS_OF.sub(f"timestamptz '{row['as_of'].isoformat()}'", part_of(row).query)
    return Step((query,), query)


def is_found_again(row: Mapping[str, Any], read: Read) -> bool:
    """Whether the query finds what the row says, to the last digit of every number."""
    part = part_of(row)
    told = finding(part, read, row["as_of"])
    now, then = json.loads(told.evidence(part, {})), json.loads(row["evidence"])
    return told.verdict == row["found"] and all(now[name] == then[name] for name in TOLD)
