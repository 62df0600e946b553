"""Asking again for what is missing between two days; the gap ledger says what that is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assets.clients.fiscaldata import FiscalData
from assets.clients.jobs import Client
from assets.clients.nyfed import NyFed
from assets.clients.venues.binance_archive import BinanceArchive
from assets.clients.venues.paging import midnight
from warehouse.gaps import job_of
from warehouse.store import Store

#: What a backfill can do something about: the rest is closed, or was asked for in vain.
TO_BE_HAD = "('missing', 'not_fetched')"
TAG = "tidegauge/backfill"


@dataclass(frozen=True)
class Backfill:
    """From when to when, and whether to ask for everything or only where there are gaps.

    A job is asked for its whole history, as at the first time; one whose history comes in pages of days, for those.
    """

    first: date
    last: date
    is_all: bool = False

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> "Backfill | None":
        """The backfill that a run is, as its tags say; raises ValueError when they make no sense."""
        if TAG not in tags:
            return None
        first, last, *rest = tags[TAG].split()
        return cls(date.fromisoformat(first), date.fromisoformat(last), rest == ["all"])

    @property
    def tags(self) -> dict[str, str]:
        return {TAG: f"{self.first} {self.last}{' all' if self.is_all else ''}"}

    def newest(self, key: str) -> date | None:
        """What counts as stored already: nothing, but of paged tables what is before the first day."""
        return self.first if key.startswith("facts.") else None

    def bounded(self, clients: Mapping[str, Client]) -> dict[str, Client]:
        """The clients, those that ask for pages or files of days with these days as their bounds."""
        return dict(self._bounded(clients))

    def _bounded(self, clients: Mapping[str, Client]) -> Iterator[tuple[str, Client]]:
        for name, client in clients.items():
            if isinstance(client, FiscalData):
                client = replace(client, until=self.last)
            elif isinstance(client, NyFed):
                client = replace(client, today=min(client.today, self.last))
            elif isinstance(client, BinanceArchive):
                ends = min(client.now, midnight(self.last + timedelta(days=1)))
                client = replace(client, since=max(client.since, self.first), now=ends)
            yield name, client

    def jobs(self, store: Store) -> set[str] | None:
        """The jobs to ask for by their keys, None for all."""
        if self.is_all:
            return None
        gaps = store.read(
            f"""
            select distinct table_name, key from quality.gap
            where reason in {TO_BE_HAD} and from_period <= ? and to_period >= ?
            """,
            [self.last, self.first],
        )
        return {job_of(table_name, key) for table_name, key in gaps.rows()}
