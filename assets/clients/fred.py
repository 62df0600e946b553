"""FRED without a key: ``fredgraph.csv``, one series per request, latest values only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from assets.clients import cells as read
from assets.clients.envelope import text
from assets.clients.jobs import Job, Newest
from assets.clients.observations import Cell, observations
from assets.clients.transport import Get, Host
from warehouse.catalogue import SERIES, Series
from warehouse.claims import Parsed, Reply, UpstreamError
from warehouse.locating import lines

MISSING = ("", ".")
DATE_HEADERS = ("observation_date", "DATE")


@dataclass(frozen=True)
class FredGraph:
    """Keyless FRED. Units are not in the replies: they come from the catalogue alone."""

    host: Host

    def jobs(self, newest: Newest) -> list[Job]:
        asked = {s: s.fetch_from(newest(s.id)) for s in SERIES.values() if s.upstream == "fred"}
        return [Job(s.id, _fetching(s, since), since) for s, since in asked.items()]

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        parsed = Parsed()
        for reply in replies:
            observations(parsed, reply, SERIES[key], _cells(SERIES[key], reply), missing=MISSING)
        return parsed


def _fetching(series: Series, since: date) -> Callable[[Get], list[Reply]]:
    return lambda get: [get("/graph/fredgraph.csv", expect="csv", id=series.id, cosd=since.isoformat())]


def _cells(series: Series, reply: Reply) -> list[Cell]:
    def refuse(reason: str) -> UpstreamError:
        return UpstreamError(series.id, reason, request=reply.landed.request)

    told = text(reply, series.id)
    header, *said = lines(told)
    names = header.split(",")
    if len(names) != 2 or names[0] not in DATE_HEADERS or names[1] != series.id:
        raise refuse(f"expected the header observation_date,{series.id}, got {header[:80]!r}")
    if not told.endswith("\n"):
        raise refuse(f"the reply is cut off in its last line {read.shown(said[-1:])}")
    if not said and f"cosd={series.since}" in reply.landed.request:
        # Nothing was stored before either: the upstream's own window has nothing of this series yet.
        raise UpstreamError(series.id, "no observations at all", request=reply.landed.request, absent=True)
    cells = []
    for number, line in enumerate(said, start=2):
        day, comma, value = line.partition(",")
        if not comma:
            raise refuse(f"line {number} is not date,value: {line[:80]!r}")
        cells.append(Cell(f"line {number}", day, value))
    return cells
