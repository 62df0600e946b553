"""How new each series is, against when its next value is due."""

from datetime import UTC, datetime

import polars as pl

from warehouse.calendars import Calendar, add_open_days
from warehouse.catalogue import SERIES
from warehouse.releases import new_york
from warehouse.store import Store
from warehouse.tables.quality import FRESHNESS

#: Open days that a release may be late before its series counts as stale.
GRACE_DAYS = 1
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def freshness(store: Store, now: datetime) -> pl.DataFrame:
    """One row per series; a series without a value is stale."""
    newest = {
        series_id: (period, known_at)
        for series_id, period, known_at in store.read(
            """
            select series_id, max(period), arg_max(first_known_at, period)
            from (select series_id, period, min(known_at) as first_known_at from facts.observation group by all)
            group by all
            """
        ).rows()
    }
    rows = []
    for series in SERIES.values():
        period, known_at = newest.get(series.id, (None, None))
        expected_by = None
        if period is not None:
            due = series.release.day(series.next_period(period))
            calendar: Calendar = "nyse" if series.calendar == "nyse" else "fed"
            expected_by = new_york(add_open_days(calendar, due, GRACE_DAYS), series.release.at)
        rows.append(
            {
                "source": series.id,
                "upstream": series.upstream,
                "newest_period": period,
                "newest_known_at": known_at,
                "expected_by": expected_by,
                "is_stale": expected_by is None or now > expected_by,
                "known_at": known_at or LONG_AGO,
            }
        )
    return pl.DataFrame(rows, schema=FRESHNESS.polars_schema)
