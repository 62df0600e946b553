"""Yahoo's chart service: daily closes of indices, funds and coins, one request per symbol."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from assets.clients.jobs import Job, Newest
from assets.clients.observations import Cell, observations
from assets.clients.transport import Get, Host
from assets.clients.yahoo_bars import bars
from warehouse.catalogue import SERIES
from warehouse.catalogue.yahoo import CHARTS
from warehouse.claims import Parsed, Reply
from warehouse.releases import NEW_YORK

CLOSES = {chart.close: symbol for symbol, chart in CHARTS.items()}
MISSING = (None,)
DIVIDENDS = b'"dividends"'


@dataclass(frozen=True)
class Yahoo:
    """Keyless and unofficial. Closes are price indices, or USD per share or coin. ``now`` ends what is asked for."""

    host: Host
    now: datetime

    def jobs(self, newest: Newest) -> list[Job]:
        asked = {close: SERIES[close].fetch_from(newest(close)) for close in CLOSES}
        return [Job(close, self._fetching(close, since), since) for close, since in asked.items()]

    def _fetching(self, close: str, since: date) -> Callable[[Get], list[Reply]]:
        symbol, zone = CLOSES[close], UTC if SERIES[close].calendar == "every_day" else NEW_YORK

        def asked(get: Get, first: date) -> Reply:
            return get(
                f"/{quote(symbol)}",
                expect="json",
                period1=_epoch(datetime.combine(first, time(), zone)),
                period2=_epoch(self.now + timedelta(days=1)),
                interval="1d",
                events="div,splits",
                includePrePost="false",
            )

        def fetch(get: Get) -> list[Reply]:
            reply, start = asked(get, since), SERIES[close].since
            # A dividend lowers every adjusted close before it: then the whole history is another one.
            if CHARTS[symbol].adjusted and since > start and DIVIDENDS in reply.body:
                reply = asked(get, start)
            return [reply]

        return fetch

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        chart, parsed = CHARTS[CLOSES[key]], Parsed()
        for reply in replies:
            found = bars(parsed, reply, SERIES[chart.close], CLOSES[key], chart)
            for series, place in (
                (chart.close, "quote/0/close"),
                (chart.adjusted, "adjclose/0/adjclose"),
                (chart.volume, "quote/0/volume"),
            ):
                if series:
                    pointer, field = f"/chart/result/0/indicators/{place}", place.rpartition("/")[2]
                    cells = [Cell(f"{pointer}/{bar.n}", bar.day.isoformat(), getattr(bar, field)) for bar in found]
                    observations(parsed, reply, SERIES[series], cells, MISSING)
        return parsed


def _epoch(moment: datetime) -> str:
    return str(int(moment.timestamp()))
