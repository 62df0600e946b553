"""Watching: what the replies of a round say of how their upstreams behave."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from warehouse import histories, stoppages
from warehouse.catalogue import SERIES
from warehouse.claims import WHOLE_REPLY, Rejected
from warehouse.landing import Fetched
from warehouse.sentinels import Noted, Verdict, is_same, note, standing
from warehouse.store import Store
from warehouse.table import Table
from warehouse.tables.facts import OBSERVATION


@dataclass
class Watch:
    """One round of jobs: its claims are looked at before they are appended, and what was seen is noted at its end."""

    store: Store
    jobs: Sequence[Fetched]
    _verdicts: list[Verdict] = field(default_factory=list)
    _series: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=["source", "at", "landed_id"]))

    def look(self, table: Table, kept: pl.DataFrame) -> None:
        """Look at claims that are about to be appended."""
        asked_from = {reply.landed_id: job.asked_from for job in self.jobs for reply in job.replies}
        shortened = standing(self.store, "shortened_history")
        self._verdicts += histories.verdicts(self.store, table, kept, asked_from, shortened)
        if table is OBSERVATION:
            self._series = kept.group_by(source="series_id").agg(pl.col("received_at").max(), pl.col("landed_id").max())

    def news(self, rejected: Iterable[Rejected]) -> list[Rejected]:
        """Those that are news: a reply refused for a fault that stands since an earlier one is not."""
        stands = standing(self.store, "refused_reply")
        told = []
        refused: dict[str, Rejected] = {}
        for each in rejected:
            if each.locator.startswith(WHOLE_REPLY):
                source = self._source(each)
                refused.setdefault(source, each)
                if source in stands and is_same(each.reason, stands[source]):
                    continue
            told.append(each)
        self._verdicts += [
            Verdict(
                source=source,
                kind="refused_reply",
                at=each.landed.received_at,
                detail=each.reason,
                landed_id=each.landed.landed_id,
            )
            for source, each in refused.items()
        ]
        self._verdicts += [
            Verdict(source=source, kind="refused_reply", at=at, detail=None, landed_id=landed_id)
            for source, at, landed_id in self._believed()
            if source in stands and source not in refused
        ]
        return told

    def note(self) -> Noted:
        """Note what was seen, and then what has stopped of what was asked for up to now."""
        noted = note(self.store, self._verdicts)
        asked = {job.key: job.now for job in self.jobs if not job.is_backfill}
        noted.add(note(self.store, stoppages.verdicts(self.store, asked)))
        return noted

    def _source(self, rejected: Rejected) -> str:
        """The series that was refused, else the job whose replies were."""
        if rejected.source in SERIES:
            return rejected.source
        return next(job.key for job in self.jobs if rejected.landed in job.replies)

    def _believed(self) -> Iterator[tuple[str, datetime, str]]:
        """What is believed, when its reply was received, and which: series with claims, and jobs of others."""
        yield from self._series.rows()
        for job in self.jobs:
            if job.replies and job.key not in SERIES:
                yield job.key, job.replies[-1].received_at, job.replies[-1].landed_id
