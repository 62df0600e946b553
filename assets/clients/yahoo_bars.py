"""A chart of Yahoo as finished daily bars: the session or day that still runs is left out, one bar a day."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from assets.clients import cells as read
from assets.clients.envelope import at, document
from warehouse.catalogue import Series
from warehouse.catalogue.yahoo import Chart
from warehouse.claims import Parsed, Rejected, Reply, UpstreamError
from warehouse.releases import NEW_YORK

OPENS, CLOSES = time(9, 30), time(16)
Refuse = Callable[[str], UpstreamError]


class Bar(NamedTuple):
    """The bar at place ``n`` of the arrays; what is None was not sent, or is not wanted.

    ``stamp`` is New York's clock for a session, UTC's for the day of a coin.
    """

    n: int
    day: date
    stamp: time
    close: object
    adjclose: object
    volume: object


def bars(parsed: Parsed, reply: Reply, series: Series, symbol: str, chart: Chart) -> list[Bar]:
    """The finished bars of one chart. Raises UpstreamError when the chart is not one of ``symbol`` in USD."""
    source = series.id

    def refuse(reason: str) -> UpstreamError:
        return UpstreamError(source, reason, request=reply.landed.request)

    whole = document(reply, source)
    if error := at(reply, source, whole, "/chart/error"):
        raise refuse(f"chart/error is {error!r}")

    def here(pointer: str) -> Any:
        return at(reply, source, whole, f"/chart/result/0{pointer}")

    for field, expected in (("symbol", symbol), ("currency", "USD")):
        if (got := here(f"/meta/{field}")) != expected:
            raise refuse(f"meta/{field} is {read.shown(got)!r}, not {expected!r}")
    zone = _zone(here("/meta/exchangeTimezoneName"), refuse)
    stamps, closes = here("/timestamp"), here("/indicators/quote/0/close")
    adjusted = here("/indicators/adjclose/0/adjclose") if chart.adjusted else closes
    volumes = here("/indicators/quote/0/volume") if chart.volume else closes
    if not all(isinstance(column, list) for column in (stamps, closes, adjusted, volumes)):
        raise refuse("timestamp, close, adjclose and volume are not all lists")
    if not len(stamps) == len(closes) == len(adjusted) == len(volumes):
        lengths = f"{len(stamps)} timestamps, {len(closes)} closes and {len(adjusted)} adjusted closes"
        raise refuse(f"{lengths} do not belong together")
    found = [
        Bar(n, *_moment(stamp, n, zone, refuse), *cells)
        for n, (stamp, *cells) in enumerate(zip(stamps, closes, adjusted, volumes, strict=True))
    ]
    return _one_a_day(parsed, reply, source, _finished(parsed, reply, series, found))


def _zone(name: Any, refuse: Refuse) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, TypeError, OSError):
        raise refuse(f"meta/exchangeTimezoneName is {read.shown(name)!r}, not a time zone") from None


def _moment(stamp: Any, n: int, zone: ZoneInfo, refuse: Refuse) -> tuple[date, time]:
    """The exchange's date of a stamp, and the clock at it that says whether a bar is finished."""
    try:
        moment = read.moment(int(read.number(stamp)))
    except ValueError:
        raise refuse(f"timestamp/{n} is {read.shown(stamp)!r}, not epoch seconds") from None
    return moment.astimezone(zone).date(), moment.astimezone(zone if zone.key == "UTC" else NEW_YORK).time()


def _finished(parsed: Parsed, reply: Reply, series: Series, found: list[Bar]) -> list[Bar]:
    """Bars of sessions that are over. Only the last bar can be a running one: another like it is rejected.

    A session's bar is stamped with its open or close, a coin's with the midnight at which its day begins.
    """
    finished, is_coin = [], series.calendar == "every_day"
    for bar in found:
        if reply.landed.received_at < series.known_at(bar.day):
            continue
        if bar.stamp == time() if is_coin else bar.stamp <= OPENS or bar.stamp >= CLOSES:
            finished.append(bar)
        elif bar is not found[-1]:
            clock = "UTC" if is_coin else "New York"
            _reject(parsed, reply, series.id, bar, f"stamped {bar.stamp} in {clock} but not the last bar")
    return finished


def _one_a_day(parsed: Parsed, reply: Reply, source: str, found: list[Bar]) -> list[Bar]:
    """Of bars of one day the one stamped at the open, if they say the same; else none of them."""
    days: dict[date, list[Bar]] = defaultdict(list)
    for bar in found:
        days[bar.day].append(bar)
    kept = []
    for same_day in days.values():
        first = same_day[0]
        if all(bar[3:] == first[3:] for bar in same_day):
            kept.append(min(same_day, key=lambda bar: bar.stamp))
        else:
            for bar in same_day:
                _reject(parsed, reply, source, bar, "bars of one day that differ")
    return kept


def _reject(parsed: Parsed, reply: Reply, source: str, bar: Bar, reason: str) -> None:
    parsed.rejected.append(
        Rejected(
            landed=reply.landed,
            locator=f"/chart/result/0/timestamp/{bar.n}",
            source=source,
            field=f"bar of {bar.day}",
            value=read.shown(bar.close),
            reason=reason,
        )
    )
