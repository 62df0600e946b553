"""Where data comes from: the live upstreams, a replay server by its address, or the built-in sample world."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from assets.clients.fiscaldata import FiscalData
from assets.clients.fred import FredGraph
from assets.clients.fred_api import FredApi
from assets.clients.fred_either import Fred
from assets.clients.jobs import Client
from assets.clients.nyfed import NyFed
from assets.clients.provided import provided
from assets.clients.seeds import seeds
from assets.clients.transport import Host
from assets.clients.venues.binance_archive import BinanceArchive
from assets.clients.venues.venue import VenueClient
from assets.clients.yahoo import Yahoo
from pipelines.places import Folder
from warehouse.catalogue.venues import DEFAULT, OPTIONAL, Venue
from warehouse.landing import Landing
from warehouse.releases import NEW_YORK

REPOSITORY = Path(__file__).parent.parent
UPSTREAMS_VARIABLE = "TIDEGAUGE_UPSTREAMS"
#: A run with this tag reaches no upstream of the origin that the tag names.
OFFLINE_TAG = "tidegauge/offline"
#: No host has a name that ends so.
NOWHERE = "http://offline.invalid"
#: Set to anything, Binance's archive is asked too when upstreams are live.
ARCHIVE_VARIABLE = "TIDEGAUGE_BINANCE_ARCHIVE"


@dataclass(frozen=True)
class Place:
    """One upstream service: its live address, its path behind a single replay address, its manners."""

    live: str
    path: str
    min_interval_s: float


PLACES = {
    "fredgraph": Place("https://fred.stlouisfed.org", "", 1.0),
    "fred_api": Place("https://api.stlouisfed.org/fred", "/fred", 0.67),
    "nyfed": Place("https://markets.newyorkfed.org/api", "/api", 0.67),
    "fiscaldata": Place(
        "https://api.fiscaldata.treasury.gov/services/api/fiscal_service", "/services/api/fiscal_service", 0.5
    ),
    "binance_archive": Place("https://data.binance.vision", "", 0.05),
    "yahoo": Place("https://query1.finance.yahoo.com/v8/finance/chart", "/v8/finance/chart", 1.0),
}


@dataclass(frozen=True)
class Origin:
    """live, replay or sample; the one address that stands for all upstreams, if any; and what now means.

    ``ahead`` is how far its clock is ahead of ours, None when that is not known.
    """

    name: str
    address: str | None
    now: datetime
    ahead: timedelta | None = None

    def host(self, upstream: str, place: str) -> Host:
        found = PLACES[place]
        base_url = found.live if self.address is None else self.address + found.path
        return Host(upstream=upstream, base_url=base_url, min_interval_s=found.min_interval_s)

    def clients(self, landing: Landing, now: datetime) -> Mapping[str, Client]:
        """The upstreams' clients as of a moment; replies of another run are read as of that run's."""
        key = os.environ.get("FRED_API_KEY")
        graph, api = FredGraph(self.host("fred", "fredgraph")), FredApi(self.host("fred", "fred_api"), key or "")
        today = now.astimezone(NEW_YORK).date()
        is_recorded = self.name == "replay"
        # Recordings may be of any venue, those that are refused from many countries too.
        venues = (*DEFAULT, *OPTIONAL) if is_recorded else DEFAULT
        return {
            "fred": Fred(api if key else graph, graph, api),
            "nyfed": NyFed(self.host("nyfed", "nyfed"), today),
            "fiscaldata": FiscalData(self.host("fiscaldata", "fiscaldata")),
            "yahoo": Yahoo(self.host("yahoo", "yahoo"), now),
            "seed": seeds(landing, datetime.now(UTC)),
            "provided": provided(landing, datetime.now(UTC), Folder(self.name).provided),
            **self._archive(now),
            **{venue.name: VenueClient(self.venue_host(venue), venue, now, is_recorded) for venue in venues},
        }

    def _archive(self, now: datetime) -> Mapping[str, Client]:
        """Years of open interest: thousands of files, so only where asked for; in the sample world one coin's."""
        host = self.host("binance_archive", "binance_archive")
        if self.name == "sample":
            return {"binance_archive": BinanceArchive(host, now, since=date(2025, 8, 1), bases=("BTC",))}
        if self.name == "replay" or os.environ.get(ARCHIVE_VARIABLE):
            return {"binance_archive": BinanceArchive(host, now, since=date(2025, 1, 1))}
        return {}

    def spool_history(self, spool: Path) -> None:
        """Let the sample world's past have order books too: synthetic ones, once."""
        if self.name == "sample" and self.address != NOWHERE:
            from pipelines.sample.history_of_books import spool_history

            spool_history(spool)

    def provide(self, folder: Path) -> None:
        """Let the sample world's user have provided files: synthetic ones, where there are none."""
        if self.name == "sample" and self.address != NOWHERE:
            from pipelines.sample.provided import provide

            provide(folder)

    def venue_host(self, venue: Venue) -> Host:
        return Host(
            upstream=venue.name,
            base_url=self._venue_address(venue),
            min_interval_s=venue.min_interval_s,
            connections=venue.connections,
        )

    def _venue_address(self, venue: Venue) -> str:
        """Recordings are under the venues' own paths; the sample world has each venue under a prefix of its own."""
        if self.address is None:
            return venue.live
        return self.address if self.name == "replay" else f"{self.address}/venues/{venue.name}"


def origin_name(upstreams: str) -> str:
    """The name of what ``--upstreams`` asks for; raises ValueError when it is neither name nor address."""
    if upstreams in ("live", "sample"):
        return upstreams
    if upstreams.startswith(("http://", "https://")):
        return "replay"
    raise ValueError(f"--upstreams must be sample, live or a URL, not {upstreams!r}")


def offline(name: str) -> Origin:
    """An origin whose upstreams cannot be reached: what was landed of them can be read all the same."""
    if name == "sample":
        from pipelines.sample.calendars import CLOCK

        return Origin(name, NOWHERE, CLOCK)
    return Origin(name, NOWHERE, datetime.now(UTC))


@contextmanager
def open_origin(upstreams: str, *, books_move: bool = False) -> Iterator[Origin]:
    """The origin, with the sample world running while it is open; its order books stand still unless they move."""
    name = origin_name(upstreams)
    if name == "sample":
        from pipelines.sample.calendars import CLOCK
        from pipelines.sample.server import serve

        with serve() as server:
            server.books_move = books_move
            ahead = datetime.fromtimestamp(server.book_at, UTC) - datetime.now(UTC)
            yield Origin(name, server.url, CLOCK, ahead)
    else:
        is_live = name == "live"
        address = None if is_live else upstreams.rstrip("/")
        yield Origin(name, address, datetime.now(UTC), timedelta(0) if is_live else None)
