"""What the facts should have and have not: stretches missing inside a series, cut off before it, or never fetched."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise

import polars as pl

from warehouse.calendars import KNOWN_FROM, open_days
from warehouse.catalogue import SERIES, Series
from warehouse.store import Store
from warehouse.tables.facts import FISCAL_FLOW, OBSERVATION, REPO_OPERATION, TREASURY_OPERATION
from warehouse.tables.quality import GAP

#: The end of a gap that is still open.
OPEN_END = date(9999, 12, 31)
#: How much later than its declared start a series may begin before that is a cut.
START_TOLERANCE = timedelta(days=40)
DAY = timedelta(days=1)
#: Table, key, first and last period, reason, and since when it could be seen.
Gap = tuple[str, str, date, date, str, datetime]


def find_gaps(store: Store, now: datetime) -> pl.DataFrame:
    """Every gap there is, with the moment from which it could be seen: when the last of what is around it came.

    What was never fetched could be seen from the first reply on, or since ``now`` while there is none.
    """
    landed, seen = store.read(
        "select (select min(received_at) from facts.landed), (select min(first_seen_at) from quality.gap)"
    ).row(0)
    began_at = landed or seen or now
    rows = [*_series_gaps(store, began_at), *_table_gaps(store, began_at)]
    told = ("table_name", "key", "from_period", "to_period", "reason", "first_seen_at")
    found = pl.DataFrame(rows, schema={name: GAP.polars_schema[name] for name in told}, orient="row")
    return found.with_columns(known_at="first_seen_at").select(GAP.polars_schema.names())


def _series_gaps(store: Store, began_at: datetime) -> Iterator[Gap]:
    stored: dict[str, dict[date, datetime]] = {}
    for series_id, period, received_at in store.read(
        "select series_id, period, min(received_at) from facts.observation group by all order by all"
    ).rows():
        stored.setdefault(series_id, {})[period] = received_at
    for series in SERIES.values():
        periods = stored.get(series.id, {})
        if not periods:
            yield OBSERVATION.name, series.id, series.since, OPEN_END, "not_fetched", began_at
            continue
        first = min(periods)
        if first > series.since + START_TOLERANCE:
            yield OBSERVATION.name, series.id, series.since, first - DAY, "upstream_window", periods[first]
        for missing_from, missing_to in _missing(series, sorted(periods)):
            seen_at = _seen_at(periods, missing_from, missing_to)
            yield OBSERVATION.name, series.id, missing_from, missing_to, "missing", seen_at


def _seen_at(periods: Mapping[date, datetime], first: date, last: date) -> datetime:
    """When both the period before a stretch and the one after it were there."""
    days = list(periods)
    before, after = bisect_left(days, first) - 1, min(bisect_right(days, last), len(days) - 1)
    return max(periods[days[before]], periods[days[after]])


def _missing(series: Series, periods: list[date]) -> Iterator[tuple[date, date]]:
    """Stretches of expected periods between the first and the last stored one that are not stored."""
    held = {_slot(series, period) for period in periods}
    stretch: list[date] = []
    for period in _expected(series, periods[0], periods[-1]):
        if _slot(series, period) not in held:
            stretch.append(period)
        elif stretch:
            yield stretch[0], stretch[-1]
            stretch = []
    if stretch:
        yield stretch[0], stretch[-1]


def _slot(series: Series, period: date) -> date:
    """A weekly value may be dated a day off when its Wednesday is a holiday: its week is what counts."""
    return period - timedelta(days=period.weekday()) if series.frequency == "weekly" else period


def _expected(series: Series, first: date, last: date) -> Iterable[date]:
    if series.frequency == "daily":
        known_from = date(KNOWN_FROM.get(series.calendar, 1), 1, 1)
        return open_days(series.calendar, max(first, known_from), last)
    periods = [first]
    while periods[-1] < last:
        periods.append(series.next_period(periods[-1]))
    return periods


def _table_gaps(store: Store, began_at: datetime) -> Iterator[Gap]:
    for table, grain, since in (
        (TREASURY_OPERATION, "operation_date", date(2008, 1, 1)),
        (REPO_OPERATION, "operation_date", date(2013, 9, 23)),
        (FISCAL_FLOW, "record_date", date(2005, 10, 3)),
    ):
        days = store.read(f"select {grain}, min(received_at) from {table.name} group by all order by all").rows()
        if not days:
            yield table.name, "", since, OPEN_END, "not_fetched", began_at
        elif table is FISCAL_FLOW:
            for (before, before_at), (after, after_at) in pairwise(days):
                missing = list(open_days("fed", before + DAY, after - DAY))
                if missing:
                    yield table.name, "", missing[0], missing[-1], "missing", max(before_at, after_at)
