"""FRED with a key: the API through fredapi. Units are checked with it, revised series bring vintages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from xml.etree import ElementTree

from assets.clients.jobs import Job, Newest
from assets.clients.observations import Cell, observations
from assets.clients.transport import Get, Host
from warehouse.catalogue import SERIES, Series
from warehouse.claims import Parsed, Reply, UpstreamError
from warehouse.units import agrees

MISSING = (".",)
ROWS_PER_REQUEST = 100_000
#: FRED refuses a real-time window with more than 2,000 vintage dates.
VINTAGES_PER_REQUEST = 1_900
FOREVER = "9999-12-31"


@dataclass(frozen=True)
class FredApi:
    """FRED's API v1. The key travels in the request and nowhere else."""

    host: Host
    key: str = field(repr=False)

    def jobs(self, newest: Newest) -> list[Job]:
        asked = {s: s.fetch_from(newest(s.id)) for s in SERIES.values() if s.upstream == "fred"}
        return [Job(s.id, self._fetching(s, since), since) for s, since in asked.items()]

    def _fetching(self, series: Series, since: date) -> Callable[[Get], list[Reply]]:
        def fetch(get: Get) -> list[Reply]:
            # fredapi brings pandas: not at import time
            from assets.clients.landing_fredapi import LandingFred

            fred = LandingFred(get, self.key)
            if not agrees(series.unit, fred.units(series.id)):
                return fred.replies[-1:]  # nothing of it will be believed
            windows = _real_time_windows(fred.vintage_days(series.id), since) if series.revised else [{}]
            return [fred.observations(series.id, since, limit=ROWS_PER_REQUEST, **window) for window in windows]

        return fetch

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        parsed = Parsed()
        for n, reply in enumerate(replies):
            root = _root(SERIES[key], reply)
            _check_units(SERIES[key], reply, root)
            cells = _cells(SERIES[key], reply, root, is_first=n == 0)
            observations(parsed, reply, SERIES[key], cells, missing=MISSING, required=n == 0)
        return parsed


def _check_units(series: Series, reply: Reply, root: ElementTree.Element) -> None:
    """A description among the replies is there because its units are not those declared."""
    if (told := root.find("series")) is not None and "units" in told.attrib:
        reason = f"units are declared as {series.unit}, but the upstream now says {told.attrib['units']!r}"
        raise UpstreamError(series.id, reason, request=reply.landed.request)


def _real_time_windows(vintage_days: Sequence[str], since: date) -> list[dict[str, str]]:
    """Real-time windows that stay under the limit; each starts on the day the one before ends with."""
    days = [day for day in vintage_days if day >= since.isoformat()]
    starts = [since.isoformat(), *days[VINTAGES_PER_REQUEST::VINTAGES_PER_REQUEST]]
    ends = [*starts[1:], FOREVER]
    return [{"realtime_start": a, "realtime_end": b} for a, b in zip(starts, ends, strict=True)]


def _root(series: Series, reply: Reply) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(reply.body)
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the latter two: an encoding not known
        raise UpstreamError(series.id, f"not XML: {error}", request=reply.landed.request) from None


def _cells(series: Series, reply: Reply, root: ElementTree.Element, *, is_first: bool) -> list[Cell]:
    """Observations of one reply. Those of a later window's first day were told by the window before."""
    if root.tag != "observations" or root.get("units") != "lin" or root.get("count") != str(len(root)):
        raise UpstreamError(
            series.id,
            f"expected all observations untransformed, got <{root.tag}> with units {root.get('units')!r} "
            f"and {len(root)} of {root.get('count')} rows",
            request=reply.landed.request,
        )
    needed = {"date", "value", *(["realtime_start"] if series.revised else [])}
    for n, item in enumerate(root, start=1):
        if item.tag != "observation" or len(item):
            reason = f"child {n} of the root is <{item.tag}> with {len(item)} of its own, not an observation"
            raise UpstreamError(series.id, reason, request=reply.landed.request)
        if missing := needed - set(item.keys()):
            reason = f"observation {n} lacks {', '.join(sorted(missing))}, got {', '.join(item.keys())}"
            raise UpstreamError(series.id, reason, request=reply.landed.request)
    window_start = root.get("realtime_start")
    return [
        Cell(
            f"/observations/observation[{n}]",
            item.attrib["date"],
            item.attrib["value"],
            item.attrib["realtime_start"] if series.revised else "",
        )
        for n, item in enumerate(root, start=1)
        if is_first or item.get("realtime_start") != window_start
    ]
