"""What one run works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from assets.backfill import Backfill
from assets.clients.jobs import Client
from assets.recording import Recorded
from warehouse.landing import Landing
from warehouse.publishing import Shelf
from warehouse.store import Store


@dataclass(frozen=True)
class Session:
    """One origin's store, landing, upstreams, order books and published place, opened for writing by one run.

    Captured books wait in ``spool`` and rest in ``books``; ``alerts`` has the user's conditions, and what stands.
    ``now`` is the moment by which freshness is judged: the clock, or the sample world's own; ``clients_at`` are the
    upstreams' clients as of a moment. A run that is a ``backfill`` asks again for what is missing, once what
    ``earlier`` runs landed is recorded.
    """

    origin: str
    now: datetime
    store: Store
    landing: Landing
    clients_at: Callable[[datetime], Mapping[str, Client]]
    shelf: Shelf
    spool: Path
    books: Path
    alerts: Path
    backfill: Backfill | None = None
    earlier: list[Recorded] = field(default_factory=list)

    @property
    def clients(self) -> Mapping[str, Client]:
        return self.clients_at(self.now)
