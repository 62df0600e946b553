"""Changes in how upstreams behave: each noticed once, kept while it stands, and ended when it is over."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import polars as pl

from warehouse.store import Store
from warehouse.tables.quality import SENTINEL

Kind = Literal["refused_reply", "restated_history", "shortened_history", "stopped_series"]
NUMBERS = re.compile(r"[-+\d.,:]*\d[-+\d.,:]*")
#: What follows it is one example of what was wrong, and another one each day.
EXAMPLE = ", the first: "


@dataclass(frozen=True, kw_only=True)
class Sentinel:
    """One change: of what, of which kind, since when, until when, and what was seen."""

    source: str
    kind: Kind
    detected_at: datetime
    ended_at: datetime | None
    detail: str
    landed_id: str | None

    @property
    def seen_at(self) -> datetime:
        return self.ended_at or self.detected_at


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one look at a source says of one kind of change: what is wrong, or None when nothing is.

    One with ``landed_id`` is about a reply and of the time it was received; one without is about what did not come.
    """

    source: str
    kind: Kind
    at: datetime
    detail: str | None
    landed_id: str | None = None


@dataclass
class Noted:
    """What began and what ended."""

    detected: list[Sentinel] = field(default_factory=list)
    ended: list[Sentinel] = field(default_factory=list)

    def add(self, other: "Noted") -> None:
        self.detected += other.detected
        self.ended += other.ended


def fault(detail: str) -> str:
    """The same fault reads the same whatever its numbers and its example are today."""
    return NUMBERS.sub("#", detail.partition(EXAMPLE)[0])


def is_same(detail: str | None, standing: Sentinel) -> bool:
    return detail is not None and fault(detail) == fault(standing.detail)


def standing(store: Store, kind: Kind) -> dict[str, Sentinel]:
    """What stands now, by source."""
    return {s.source: s for s in _all(store) if s.kind == kind and s.ended_at is None}


def note(store: Store, verdicts: Iterable[Verdict]) -> Noted:
    """Begin, keep or end what the verdicts are about, inside a transaction.

    A reply of before what is known already, as when the journal is out of order, changes nothing.
    """
    held = _all(store)
    noted = Noted()
    latest = {(s.source, s.kind): s for s in sorted(held, key=lambda s: s.detected_at)}
    changed: dict[tuple[str, Kind, datetime], Sentinel] = {(s.source, s.kind, s.detected_at): s for s in held}

    def keep(sentinel: Sentinel) -> Sentinel:
        latest[sentinel.source, sentinel.kind] = sentinel
        changed[sentinel.source, sentinel.kind, sentinel.detected_at] = sentinel
        return sentinel

    for verdict in sorted(verdicts, key=lambda v: v.at):
        last = latest.get((verdict.source, verdict.kind))
        is_old_reply = last and verdict.landed_id and verdict.at <= last.seen_at
        if is_old_reply or (last and last.ended_at is None and is_same(verdict.detail, last)):
            continue
        if last and last.ended_at is None:
            noted.ended.append(keep(replace(last, ended_at=verdict.at)))
        if verdict.detail is not None:
            noted.detected.append(
                keep(
                    Sentinel(
                        source=verdict.source,
                        kind=verdict.kind,
                        detected_at=verdict.at,
                        ended_at=None,
                        detail=verdict.detail,
                        landed_id=verdict.landed_id,
                    )
                )
            )
    if noted.detected or noted.ended:
        rows = [{**vars(s), "known_at": s.seen_at} for _, s in sorted(changed.items())]
        store.replace(SENTINEL, pl.DataFrame(rows, schema=SENTINEL.polars_schema))
    return noted


def _all(store: Store) -> list[Sentinel]:
    rows = store.read(f"select * exclude (known_at) from {SENTINEL.name}").rows(named=True)
    return [Sentinel(**row) for row in rows]
