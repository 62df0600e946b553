"""The rows of ``metrics.claim``: each part of each claim at each look, found anew only where something changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import polars as pl

from assets.claims.declared import Claim, Part, parts
from assets.claims.findings import Read, finding
from assets.claims.looks import looks
from warehouse.tables.claims import CLAIM


class Past(Protocol):
    """What is needed to look at earlier moments."""

    @property
    def newest(self) -> datetime | None:
        """The newest moment at which anything became known; None while nothing has."""

    def mark(self, part: Part, moment: datetime) -> str:
        """A hash of all that a finding depends on: an equal one means it is the same."""

    def at(self, moment: datetime) -> AbstractContextManager[Read]:
        """Reads tables as they were known at a moment."""


@dataclass(frozen=True)
class Look:
    """One part at one moment. ``inputs`` is the mark of what it rests on."""

    claim: Claim
    part: Part
    as_of: datetime
    inputs: str
    found: str = ""
    evidence: str = ""
    error: str | None = None

    @property
    def key(self) -> tuple[str, str, datetime]:
        return self.claim.claim_id, self.part.name, self.as_of


def rows(declared: Sequence[Claim], past: Past, held: pl.DataFrame) -> pl.DataFrame:
    """One row per part and look, in order. What ``held`` has with the same inputs is kept."""
    kept = {(row["claim_id"], row["part"], row["as_of"]): row for row in held.iter_rows(named=True)}
    found: dict[tuple[str, str, datetime], Look] = {}
    due: defaultdict[datetime, list[Look]] = defaultdict(list)
    for look in _wanted(declared, past):
        before = kept.get(look.key)
        if before and before["inputs"] == look.inputs:
            found[look.key] = replace(look, found=before["found"], evidence=before["evidence"], error=before["error"])
        else:
            due[look.as_of].append(look)
    for moment, waiting in due.items():
        with past.at(moment) as read:
            found |= {look.key: look for look in looked(waiting, read)}
    told = remembered(found[key] for key in sorted(found))
    return pl.DataFrame(list(told), schema=CLAIM.polars_schema)


def _wanted(declared: Sequence[Claim], past: Past) -> Iterator[Look]:
    newest = past.newest
    if newest is None:
        return
    for claim, part in parts(list(declared)):
        moments = looks(claim.date, claim.looked_at, newest)
        for moment in moments[-1:] if part.error else moments:
            yield Look(claim, part, moment, past.mark(part, moment))


def looked(waiting: Sequence[Look], read: Read) -> Iterator[Look]:
    """What these come to, all at one moment."""
    sources: dict[str, Any] = {}
    for look in waiting:
        result = finding(look.part, read, look.as_of)
        for name in look.part.reads - set(sources):
            sources[name] = _source(name, read)
        behind = {name: sources[name] for name in sorted(look.part.reads)}
        yield replace(
            look, found=result.verdict, evidence=result.evidence(look.part, behind), error=result.error or None
        )


def _source(name: str, read: Read) -> dict[str, Any]:
    rows, newest = read(f"select count(*), max(known_at) from {name}").row(0)
    return {"rows": rows, "newest_known_at": newest.isoformat() if newest else None}


def remembered(found: Iterator[Look], earlier: Mapping[tuple[str, str], Any] | None = None) -> Iterator[dict[str, Any]]:
    """Rows with what takes memory, of looks in the order of their keys: reversed, since when, and when supported."""
    memory: dict[tuple[str, str], dict[str, Any]] = dict(earlier or {})
    for look in found:
        last = memory.get((look.claim.claim_id, look.part.name), {})
        is_supported = look.found == "supported"
        supported_from = last.get("supported_from") or (look.as_of if is_supported else None)
        supported_until = look.as_of if is_supported else last.get("supported_until")
        verdict = "reversed" if look.found == "refuted" and supported_from else look.found
        row = {
            "claim_id": look.claim.claim_id,
            "part": look.part.name,
            "as_of": look.as_of,
            "verdict": verdict,
            "found": look.found,
            "verdict_since": last["verdict_since"] if last.get("verdict") == verdict else look.as_of,
            "supported_from": supported_from,
            "supported_until": supported_until,
            "statement": look.claim.statement,
            "part_statement": look.part.statement,
            "evidence": look.evidence,
            "error": look.error,
            "inputs": look.inputs,
            "known_at": look.as_of,
        }
        memory[look.claim.claim_id, look.part.name] = row
        yield row


def fresh(declared: Sequence[Claim], read: Read, moment: datetime, history: pl.DataFrame) -> pl.DataFrame:
    """The rows of one look more, at a moment of choice, after a history that is known by then."""
    waiting = [Look(c, p, moment, "") for c, p in parts(list(declared)) if c.date <= moment.date()]
    last = {
        (row["claim_id"], row["part"]): row
        for row in history.filter(pl.col("as_of") < moment).sort("as_of").iter_rows(named=True)
    }
    return pl.DataFrame(list(remembered(looked(waiting, read), last)), schema=CLAIM.polars_schema)
