"""What one run works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assets.clients.jobs import Client
from warehouse.landing import Landing
from warehouse.publishing import Shelf
from warehouse.store import Store


@dataclass(frozen=True)
class Session:
    """One origin's store, landing, upstreams, order books and published place, opened for writing by one run.

    Captured books wait in ``spool`` and rest in ``books``. ``now`` is the moment by which freshness is judged: the
    clock, or the sample world's own.
    """

    origin: str
    now: datetime
    store: Store
    landing: Landing
    clients: Mapping[str, Client]
    shelf: Shelf
    spool: Path
    books: Path
