"""What the facts should have and have not: stretches missing inside a series, cut off before it, or never fetched."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import polars as pl

from warehouse.catalogue import SERIES
from warehouse.catalogue.venues import VENUES
from warehouse.holes import holes
from warehouse.store import Store
from warehouse.tables import crypto_facts, facts, provided
from warehouse.tables.quality import BACKFILL, GAP

#: The end of a gap that is still open.
OPEN_END = date(9999, 12, 31)
#: How much later than its declared start a series may begin before that is a cut.
START_TOLERANCE = timedelta(days=40)
DAY = timedelta(days=1)
FOUND = ("table_name", "key", "from_period", "to_period", "reason", "first_seen_at")
#: Tables that no catalogue of series speaks for, and since when they should have rows.
SINCE = {
    facts.TREASURY_OPERATION.name: date(2008, 1, 1),
    facts.AGENCY_MBS_OPERATION.name: date(2018, 1, 1),
    facts.REPO_OPERATION.name: date(2013, 9, 23),
    facts.FISCAL_FLOW.name: date(2005, 10, 3),
    facts.GSE_PORTFOLIO.name: date(2026, 1, 1),
    **dict.fromkeys(crypto_facts.JOBS, date(2017, 1, 1)),
}
#: Where the stored days of a table are: key, what is due there, and the day. Series have calendars of their own.
DAYS = {
    facts.OBSERVATION.name: ("series_id", "''", "period"),
    facts.FISCAL_FLOW.name: ("''", "'fed'", "record_date"),
    facts.REPO_OPERATION.name: ("''", "'repo'", "operation_date"),
    facts.GSE_PORTFOLIO.name: ("issuer", "'monthly'", "month"),
    provided.ETF_FLOW.name: ("symbol || ' ' || fund", "'nyse'", "date"),
    provided.EXCHANGE_RESERVE.name: ("symbol", "'every_day'", "date"),
    **{name: (key, "'every_day'", f"{at}::date") for name, (key, at) in crypto_facts.JOBS.items()},
}
#: An hour that is missing is a day that is; of the first and the last day nobody knows how many there should be.
HOURS = "any_value(interval) <> '1h' or bit_count(bit_or(1 << hour(opened_at))) = 24"


def find_gaps(store: Store, now: datetime) -> pl.DataFrame:
    """Every gap there is, with the moment from which it could be seen: when the last of what is around it came.

    What was never fetched could be seen from the first reply on; while there is none, since the first look, a moment
    that landing does not tell and no rebuild can make again. What was asked for again since a gap could be seen, and is
    still not there, is outside what the upstream serves.
    """
    landed, seen = store.read(
        f"select (select min(received_at) from facts.landed), (select min(first_seen_at) from {GAP.name})"
    ).row(0)
    began_at = landed or seen or now
    steps = _steps(store)
    schema = {name: GAP.polars_schema[name] for name in FOUND}
    ends = pl.DataFrame([*_starts(steps, began_at), *_empty(store, began_at)], schema=schema, orient="row")
    found = pl.concat([ends, holes(steps).select(FOUND).cast(schema)])  # type: ignore[arg-type]
    is_vain = pl.col("reason").is_in(["missing", "not_fetched"]) & (pl.col("answered_at") >= pl.col("first_seen_at"))
    return (
        found.join(_answers(store, found), on=["table_name", "key"], how="left", maintain_order="left")
        .with_columns(
            reason=pl.when(is_vain & (pl.col("asked_from").fill_null(date.min) <= pl.col("to_period")))
            .then(pl.lit("upstream_window"))
            .otherwise("reason"),
            known_at="first_seen_at",
        )
        .select(GAP.polars_schema.names())
    )


def job_of(table_name: str, key: str) -> str:
    """The job that fetches what is missing: a series', a venue's instrument's, or a whole table's."""
    if key in SERIES:
        return SERIES[key].job
    return key if key and table_name in crypto_facts.JOBS else table_name


def _steps(store: Store) -> pl.DataFrame:
    """Every step of more than a day from one day that is stored to the next, and to the first one from none.

    By table and key, with what is due there, why it would be missing, and since when both days are stored.
    """
    days = " union all by name ".join(
        f"""
        select '{name}' as table_name, {key} as key, {due} as due, {day} as day, min(received_at) as received_at,
            {HOURS if name == crypto_facts.CANDLE.name else "true"} as is_whole
        from {name} group by all
        """
        for name, (key, due, day) in DAYS.items()
    )
    steps = store.read(f"""
        with whole as (
            from ({days})
            window of_key as (partition by table_name, key)
            qualify is_whole or day = min(day) over of_key or day = max(day) over of_key
        )
        select *, lag(day) over in_time as before, lag(received_at) over in_time as before_at
        from whole
        window in_time as (partition by table_name, key order by day)
        qualify before is null or day - before > 1
    """)
    series = pl.DataFrame(
        [(s.id, s.calendar if s.frequency == "daily" else s.frequency) for s in SERIES.values()],
        schema=["key", "of_series"],
        orient="row",
    )
    return (
        steps.join(series, on="key", how="left")
        .with_columns(due=pl.coalesce("of_series", "due"), reason=_reason())
        .sort("table_name", "key", "day")
    )


def _reason() -> pl.Expr:
    """Open interest of venues that only tell it now is missing where nobody asked."""
    now_only = [venue.name for venue in VENUES.values() if not venue.open_interest_page]
    is_now_only = pl.col("key").str.split(" ").list.first().is_in(now_only)
    is_asked_for = (pl.col("table_name") == crypto_facts.OPEN_INTEREST.name) & is_now_only
    return pl.when(is_asked_for).then(pl.lit("not_fetched")).otherwise(pl.lit("missing"))


def _starts(steps: pl.DataFrame, began_at: datetime) -> Iterator[tuple[str, str, date, date, str, datetime]]:
    """What is not there before the first day that is stored, or at all, of each series."""
    starts = steps.filter(pl.col("before").is_null() & (pl.col("table_name") == facts.OBSERVATION.name))
    firsts = {key: (day, received_at) for key, day, received_at in starts.select("key", "day", "received_at").rows()}
    for series in SERIES.values():
        day, received_at = firsts.get(series.id, (None, None))
        if day is None or received_at is None:
            yield facts.OBSERVATION.name, series.id, series.since, OPEN_END, "not_fetched", began_at
        elif day > series.since + START_TOLERANCE:
            yield facts.OBSERVATION.name, series.id, series.since, day - DAY, "upstream_window", received_at


def _empty(store: Store, began_at: datetime) -> Iterator[tuple[str, str, date, date, str, datetime]]:
    """Tables without any row."""
    for name, since in SINCE.items():
        if store.read(f"from {name} limit 1").is_empty():
            yield name, "", since, OPEN_END, "not_fetched", began_at


def _answers(store: Store, found: pl.DataFrame) -> pl.DataFrame:
    """The newest backfill of each table and key among the gaps."""
    newest = store.read(f"""
        select job, max(answered_at) as answered_at, arg_max(asked_from, answered_at) as asked_from
        from {BACKFILL.name} group by job
    """)
    names = found.select("table_name", "key").unique()
    jobs = pl.Series("job", [job_of(*name) for name in names.rows()], dtype=pl.String)
    return names.with_columns(jobs).join(newest, on="job").drop("job")
