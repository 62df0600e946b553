"""A run of a small warehouse, in seconds: real requests, landing, recording, books, models and a publication.

Its clock stands still, so that runs which get there another way end with the same content hashes.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

import assets.clients.transport
import assets.fetching
import pipelines.mending
import pipelines.origins
import pipelines.verifying
from assets.clients.fred import FredGraph
from assets.fetching import fetch
from assets.recording import record, review
from assets.recording_books import ingest_spool
from pipelines.mending import open_store
from pipelines.model_assets import build_if_due
from pipelines.models import Model
from pipelines.origins import Origin
from pipelines.places import Folder
from tests.canned import Canned, serving
from tests.made_books import NOON, book
from tests.small import FIRST, SERIES, START, clients, filled, hashes, land
from warehouse.books.spool import Spool
from warehouse.declared import declare
from warehouse.queries import model_queries, tables_read
from warehouse.store import Store
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.alerts import ALERT

NOW = START + timedelta(days=5)
#: The series that are asked for, with what is told of each in a week.
TOLD = {
    "WALCL": 6_610_000,
    "WTREGEN": 850_000,
    "WDTGAL": 840_000,
    "RRPONTSYD": 10,
    "SOFR": 4,
    "TREAST": 4_200_000,
    "M2SL": 22_000,
}
#: Of the tables, those that are made and, with what they rest on, published.
MADE = ("staged.series", "staged.liquidity_week", "staged.book_capture", "metrics.net_liquidity")
FACTS = ("facts.observation", "facts.landed", "facts.book_capture", "quality.quarantine", "quality.gap")
#: What a run comes to, in this order; a run that is over has closed its database.
PHASES = ("fetch", "record", "books", "build", "publish", "close")
#: What is done as each phase begins.
At = Mapping[str, Callable[[Store], None]]


def here(root: Path, moment: datetime = NOW) -> Folder:
    """The warehouse in a data folder, for this process, whose clock stands still from here on."""

    class Standing(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return moment

    for module in (assets.clients.transport, assets.fetching, pipelines.origins, pipelines.verifying):
        module.datetime = Standing  # type: ignore[attr-defined]
    pipelines.mending.models = made  # type: ignore[attr-defined]
    os.environ["TIDEGAUGE_DATA"] = str(root)
    for name in ("FRED_API_KEY", "TIDEGAUGE_UPSTREAMS", "TIDEGAUGE_ORIGIN"):
        os.environ.pop(name, None)
    return Folder("replay")


def made() -> list[Model]:
    """The models of this small world."""
    queries = model_queries()
    return [Model(TABLES[name], queries[name], tables_read(queries[name])) for name in MADE]


def tables() -> list[Table]:
    """The tables that it publishes."""
    return [t for t in TABLES.values() if t.name in MADE + FACTS or t.schema == "reference"]


def answer(target: str) -> Canned:
    """FRED, where six weeks became eight, and the sixth is told otherwise than before.

    Whoever asks from the beginning is told nothing new of the weeks before: every overlap has the sixth.
    """
    found = re.search(r"id=(\w+).*cosd=([\d-]+)", target)
    if not found or found[1] not in TOLD:
        return Canned("not here", status=404, content_type="text/plain")
    value, since = TOLD[found[1]], date.fromisoformat(found[2])
    weeks = [FIRST + timedelta(weeks=week) for week in range(8)]
    lines = [f"{day},{value + (week == 5)}\n" for week, day in enumerate(weeks) if day >= since]
    return Canned(f"observation_date,{found[1]}\n{''.join(lines)}", content_type="text/csv")


@contextmanager
def upstream() -> Iterator[str]:
    with serving(answer) as served:
        yield served.url


def run(folder: Folder, url: str, run_id: str, acknowledged: Path, at: At | None = None) -> None:
    """Run once; a line is acknowledged for each finished job, each commit and each snapshot."""
    handle = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def acknowledge(what: object) -> None:
        os.write(handle, f"{what}\n".encode())

    def begin(phase: str) -> None:
        acknowledge(f"batch {store.ledger.last_stored()}")
        (at or {}).get(phase, _nothing)(store)

    origin = Origin("replay", url, NOW)
    clients = {"fred": FredGraph(origin.host("fred", "fredgraph"))}
    with open_store(folder, origin, run_id) as store:
        begin("fetch")
        fetch(
            clients,
            folder.landing,
            store.newest_periods().get,
            run_id,
            NOW,
            finished=lambda *_: acknowledge("job"),
            sleep=lambda _seconds: None,
            only=TOLD,
        )
        begin("record")
        declare(store)
        record(store, folder.landing, lambda _now: clients)
        begin("books")
        ingest_spool(store, folder.spool, folder.books)
        begin("build")
        review(store, NOW)
        for model in made():
            build_if_due(model, store)
        begin("publish")
        if publish(folder, store):
            acknowledge(f"snapshot {folder.shelf.snapshot()}")
        begin("close")


def publish(folder: Folder, store: Store) -> bool:
    return folder.shelf.publish(store, tables(), origin="replay", checks={}, now=NOW) is not None


def _nothing(_store: Store) -> None:
    """No fault."""


def make(root: Path) -> dict[str, str]:
    """A warehouse before a run that brings news: fetches, books that wait, a snapshot. Its content hashes.

    Whatever was told before, the last fetch of each of its series has all six weeks as they are told from then on.
    """
    folder = here(root)
    filled(folder)
    for key in SERIES:
        lines = [f"{FIRST + timedelta(weeks=week)},{TOLD[key]}" for week in range(6)]
        land(folder.landing, key, START + timedelta(days=4), *lines)
    with Spool(folder.spool) as spool:
        spool.append([book(sequence=n, observed_at=NOON + timedelta(minutes=n)) for n in range(60)], NOON)
    with Store.open(folder.database, "before") as store:
        record(store, folder.landing, clients)
        review(store, START + timedelta(days=4))
        for model in made():
            build_if_due(model, store)
        publish(folder, store)
        return compared(store)


def compared(store: Store) -> dict[str, str]:
    """The content hash of every table in which all ways here agree; alerts are the command's, which looks out alone."""
    return {name: told for name, told in hashes(store).items() if name != ALERT.name}
