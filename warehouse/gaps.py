"""What the facts should have and have not: stretches missing inside a series, cut off before it, or never fetched."""

from collections.abc import Iterable, Iterator
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


def find_gaps(store: Store, now: datetime) -> pl.DataFrame:
    """Every gap there is now, with the moment it was first seen."""
    rows = [*_series_gaps(store), *_table_gaps(store)]
    told = ("table_name", "key", "from_period", "to_period", "reason")
    found = pl.DataFrame(rows, schema={name: GAP.polars_schema[name] for name in told}, orient="row")
    before = store.read("select table_name, key, from_period, to_period, first_seen_at from quality.gap")
    return (
        found.join(before, on=["table_name", "key", "from_period", "to_period"], how="left")
        .with_columns(pl.col("first_seen_at").fill_null(pl.lit(now, pl.Datetime("us", "UTC"))))
        .with_columns(known_at="first_seen_at")
        .select(GAP.polars_schema.names())
    )


def _series_gaps(store: Store) -> Iterator[tuple[str, str, date, date, str]]:
    stored = dict(
        store.read("select series_id, list(distinct period order by period) from facts.observation group by all").rows()
    )
    for series in SERIES.values():
        periods: list[date] = stored.get(series.id, [])
        if not periods:
            yield OBSERVATION.name, series.id, series.since, OPEN_END, "not_fetched"
            continue
        if periods[0] > series.since + START_TOLERANCE:
            yield OBSERVATION.name, series.id, series.since, periods[0] - timedelta(days=1), "upstream_window"
        for first, last in _missing(series, periods):
            yield OBSERVATION.name, series.id, first, last, "missing"


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


def _table_gaps(store: Store) -> Iterator[tuple[str, str, date, date, str]]:
    for table, grain, since in (
        (TREASURY_OPERATION, "operation_date", date(2008, 1, 1)),
        (REPO_OPERATION, "operation_date", date(2013, 9, 23)),
        (FISCAL_FLOW, "record_date", date(2005, 10, 3)),
    ):
        (days,) = store.read(f"select list(distinct {grain} order by {grain}) from {table.name}").rows()[0]
        if not days:
            yield table.name, "", since, OPEN_END, "not_fetched"
        elif table is FISCAL_FLOW:
            for before, after in pairwise(days):
                missing = list(open_days("fed", before + timedelta(days=1), after - timedelta(days=1)))
                if missing:
                    yield table.name, "", missing[0], missing[-1], "missing"
