"""Yahoo's chart service: daily closes of indices and funds, one request per symbol."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import quote

from assets.clients.jobs import Job, Newest
from assets.clients.observations import Cell, observations
from assets.clients.transport import Get, Host
from assets.clients.yahoo_bars import bars
from warehouse.catalogue import SERIES
from warehouse.catalogue.yahoo import SYMBOLS
from warehouse.claims import Parsed, Reply
from warehouse.releases import new_york

CLOSES = {close: symbol for symbol, (close, _) in SYMBOLS.items()}
MISSING = (None,)


@dataclass(frozen=True)
class Yahoo:
    """Keyless and unofficial. Closes are price indices or USD per share. ``now`` ends what is asked for."""

    host: Host
    now: datetime

    def jobs(self, newest: Newest) -> list[Job]:
        asked = {close: SERIES[close].fetch_from(newest(close)) for close in CLOSES}
        return [Job(close, self._fetching(CLOSES[close], since), since) for close, since in asked.items()]

    def _fetching(self, symbol: str, since: date) -> Callable[[Get], list[Reply]]:
        params = {
            "period1": _epoch(new_york(since, time())),
            "period2": _epoch(self.now + timedelta(days=1)),
            "interval": "1d",
            "events": "div,splits",
            "includePrePost": "false",
        }
        return lambda get: [get(f"/{quote(symbol)}", expect="json", **params)]

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        close, adjusted = SYMBOLS[CLOSES[key]]
        parsed = Parsed()
        for reply in replies:
            found = bars(parsed, reply, close, CLOSES[key], has_adjusted=adjusted is not None)
            quotes = "/chart/result/0/indicators"
            observations(
                parsed,
                reply,
                SERIES[close],
                [Cell(f"{quotes}/quote/0/close/{bar.n}", bar.day.isoformat(), bar.close) for bar in found],
                MISSING,
            )
            if adjusted:
                cells = [
                    Cell(f"{quotes}/adjclose/0/adjclose/{bar.n}", bar.day.isoformat(), bar.adjusted) for bar in found
                ]
                observations(parsed, reply, SERIES[adjusted], cells, MISSING)
        return parsed


def _epoch(moment: datetime) -> str:
    return str(int(moment.timestamp()))
