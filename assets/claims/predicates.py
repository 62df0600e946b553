"""What a claim may say without writing a query: each predicate becomes one SELECT that returns one row.

That row has ``verdict``, ``reason`` (why there is none yet), ``n``, ``covered_from`` and ``covered_to``; its other columns
are numbers. How each predicate is written is told, with examples, at the top of ``claims.toml``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from warehouse.table import Table
from warehouse.tables import TABLES

#: A newest value that is older is no longer what is, and a value before a day that is further away is not of that day.
FRESH_DAYS = 45
#: For how long after the day that it is about a number may still be waited for.
PATIENCE_DAYS = 92
TODAY = "as_of()::date"
#: How a number's name ends, by the unit of what it was taken from.
ENDINGS = {"USD": "_usd", "percent": "_pct", "basis points": "_bps", "fraction": "_share"}
TAKES = {
    "newest": "arg_max(value, day)",
    "highest": "max(value)",
    "lowest": "min(value)",
    "mean": "avg(value)",
}

Fields = dict[str, Any]


@dataclass(frozen=True)
class Predicate:
    """The fields that it must and may have, with their types, and the query that they make."""

    needs: Mapping[str, type]
    may: Mapping[str, type]
    query: Callable[[Fields], str]

    def built(self, fields: Fields) -> str:
        """The query; raises ValueError for a field that is missing, unknown, or of another type."""
        known = {**self.needs, **self.may}
        if missing := sorted(set(self.needs) - set(fields)):
            raise ValueError(f"needs {', '.join(missing)}")
        if unknown := sorted(set(fields) - set(known)):
            raise ValueError(f"has no {', '.join(unknown)}; there are {', '.join(sorted(known))}")
        for name, value in fields.items():
            wanted = known[name]
            is_right = isinstance(value, int | float) if wanted is float else type(value) is wanted
            if not is_right or isinstance(value, bool):
                raise ValueError(f"{name} must be a {wanted.__name__}, not {value!r}")
        return self.query(fields)


# -- what is looked at -----------------------------------------------------------------------------


def _series(fields: Fields) -> str:
    """One number a day: ``value`` of the table ``of``, by the table's own day."""
    table = _table(fields)
    if table.grain is None:
        raise ValueError(f"{table.name} has no day to order by; write it as sql")
    value = fields["value"]
    return (
        f"select {table.grain}::date as day, ({value})::double as value from {table.name}\n"
        f"    where ({fields.get('where', 'true')}) and ({value}) is not null"
    )


def _table(fields: Fields) -> Table:
    if fields["of"] not in TABLES:
        raise ValueError(f"there is no table {fields['of']}")
    return TABLES[fields["of"]]


def _ending(fields: Fields) -> str:
    units = {column.name: column.unit for column in _table(fields).columns}
    return ENDINGS.get(fields.get("unit") or units.get(fields["value"], ""), "")


def _bounds(fields: Fields, prefix: str = "") -> list[str]:
    low, high = fields.get(f"{prefix}at_least"), fields.get(f"{prefix}at_most")
    return ([] if low is None else [f">= {low!r}"]) + ([] if high is None else [f"<= {high!r}"])


def _judged(measured: str, fields: Fields) -> str:
    """Supported within the bounds, partly within those called partly, refuted outside of both."""
    if not (bounds := _bounds(fields)):
        raise ValueError("needs at_least, at_most, or both")
    inside = " and ".join(f"{measured} {bound}" for bound in bounds)
    partly = " and ".join(f"{measured} {bound}" for bound in _bounds(fields, "partly_"))
    between = f"\n    when {partly} then 'partly'" if partly else ""
    return f"when {measured} is null then 'unmeasurable'\n    when {inside} then 'supported'{between}\n    else 'refuted'"


def _day(day: date) -> str:
    return f"date '{day}'"


def _missing(about: date | None) -> str:
    """What is said while there are no data: they may still come, until it is too long after what they are about."""
    return "'unmeasurable'" if about is None else f"case when {TODAY} <= {_day(about)} + {PATIENCE_DAYS} then 'pending' else 'unmeasurable' end"


# -- level -----------------------------------------------------------------------------------------


def _level(fields: Fields) -> str:
    take, fresh = fields.get("take", "newest"), fields.get("fresh_days", FRESH_DAYS)
    if take not in TAKES:
        raise ValueError(f"take must be one of {', '.join(TAKES)}, not {take!r}")
    if "on" in fields:
        fields = {**fields, "from": fields["on"], "to": fields["on"]}
        fresh = 0
    start, end = fields.get("from"), fields.get("to")
    within = [f"day >= {_day(start)}"] * bool(start) + [f"day <= {_day(end)}"] * bool(end)
    name = "value" + _ending(fields)
    until = f"least({_day(end)}, {TODAY})" if end else TODAY
    too_early = f"\n    when {TODAY} < {_day(end)} then 'pending'" if end else ""
    return f"""with series as (
    {_series(fields)}
), measured as (
    select count(*) as n, min(day) as covered_from, max(day) as covered_to, {TAKES[take]} as value
    from series
    where {" and ".join(within) or "true"}
)
select
    case{too_early}
    when n = 0 or covered_to < {until} - {fresh} then {_missing(end or start)}
    {_judged("value", fields)}
    end as verdict,
    case when n = 0 then 'no values' when covered_to < {until} - {fresh} then 'the newest value is of ' || covered_to
    end as reason,
    value as {name},
    '{take}' as taken,
    covered_to as newest_on,
    {_told_bounds(fields, name)}
    n, covered_from, covered_to
from measured"""


def _told_bounds(fields: Fields, name: str) -> str:
    told = [(key, fields[key]) for key in ("at_least", "at_most") if key in fields]
    return " ".join(f"{value!r} as {name}_{key}," for key, value in told)


# -- reached ---------------------------------------------------------------------------------------


def _reached(fields: Fields) -> str:
    """When the bounds were met for the first time ever, and whether that was in the time told."""
    by, bounds = fields["by"], _bounds(fields)
    if not bounds:
        raise ValueError("needs at_least or at_most")
    met = " and ".join(f"value {bound}" for bound in bounds)
    name = "value" + _ending(fields)
    start = fields.get("from", date(1, 1, 1))
    return f"""with series as (
    {_series(fields)}
), measured as (
    select
        count(*) as n,
        min(day) as covered_from,
        max(day) as covered_to,
        min(day) filter ({met}) as first_day,
        arg_min(value, day) filter ({met}) as value
    from series
)
select
    case
    when first_day < {_day(start)} then 'refuted'
    when first_day <= {_day(by)} then 'supported'
    when {TODAY} <= {_day(by)} then 'pending'
    when n = 0 or covered_to < {_day(by)} then {_missing(by)}
    else 'refuted'
    end as verdict,
    case when n = 0 then 'no values' when first_day is null and covered_to < {_day(by)}
        then 'the newest value is of ' || covered_to end as reason,
    first_day,
    value as {name},
    {_told_bounds(fields, name)}
    n, covered_from, covered_to
from measured"""


# -- change, and the comparison of two --------------------------------------------------------------


def _ends(name: str, fields: Fields, window: Fields) -> str:
    """The first and the last value of a window: each the last one up to its day."""
    start, end, weeks = window.get("from"), window.get("to"), window.get("weeks")
    if (start is None) == (weeks is None):
        raise ValueError("needs either weeks or from")
    last = f" where day <= {_day(end)}" if end else ""
    first = _day(start) if start else f"last_{name}.day - {7 * weeks}"
    return f"""series_{name} as (
    {_series(fields)}
), last_{name} as (
    select day, value from series_{name}{last} order by day desc limit 1
), first_{name} as (
    select f.day, f.value from series_{name} as f, last_{name} where f.day <= {first} order by f.day desc limit 1
), {name} as (
    select
        f.day as from_day, f.value as from_value, l.day as to_day, l.value as to_value,
        {first.replace(f"last_{name}.", "l.")} as wanted_from_day,
        (select count(*) from series_{name} as s where s.day between f.day and l.day) as n
    from (select 1) left join last_{name} as l on true left join first_{name} as f on true
)"""


def _unmeasured(name: str, window: Fields) -> str:
    """The cases in which a window is not there, or not yet."""
    start, end, fresh = window.get("from"), window.get("to"), window.get("fresh_days", FRESH_DAYS)
    until = _day(end) if end else TODAY
    too_early = f"when {TODAY} <= {_day(end)} then 'pending'\n    " if end else ""
    no_news = f" or {name}.to_day <= {_day(start)}" if start else ""
    return f"""{too_early}when {name}.to_day is null or {name}.to_day < {until} - {fresh}{no_news} then {_missing(end or start)}
    when {name}.from_day is null or {name}.from_day < {name}.wanted_from_day - {fresh} then 'unmeasurable'"""


def _why(name: str, window: Fields) -> str:
    end, fresh = window.get("to"), window.get("fresh_days", FRESH_DAYS)
    until = f"least({_day(end)}, {TODAY})" if end else TODAY
    return f"""when {name}.to_day is null then 'no values'
    when {name}.to_day < {until} - {fresh} then 'the newest value is of ' || {name}.to_day
    when {name}.from_day is null then 'no value at the beginning'"""


def _change(fields: Fields) -> str:
    how = fields.get("as", "difference")
    if how not in ("difference", "share"):
        raise ValueError(f"as must be difference or share, not {how!r}")
    ending = _ending(fields)
    changed = "to_value - from_value" if how == "difference" else "(to_value - from_value) / nullif(from_value, 0)"
    name = "change" + (ending if how == "difference" else "_share")
    return f"""with {_ends("own", fields, fields)}
select
    case
    {_unmeasured("own", fields)}
    {_judged(f"({changed})", fields)}
    end as verdict,
    case {_why("own", fields)} end as reason,
    {changed} as {name},
    {_told_bounds(fields, name)}
    from_day, from_value as from{ending}, to_day, to_value as to{ending},
    n, from_day as covered_from, to_day as covered_to
from own"""


def _compare(fields: Fields) -> str:
    """Whether one changed by more than another, and if asked, by enough itself."""
    sides = {}
    for side in ("left", "right"):
        told = fields[side]
        if unknown := set(told) - {"of", "value", "where", "name"}:
            raise ValueError(f"{side} has no {', '.join(sorted(unknown))}; there are of, value, where, name")
        if not {"of", "value", "name"} <= set(told):
            raise ValueError(f"{side} needs of, value and name")
        sides[side] = told
    left, right = sides["left"]["name"], sides["right"]["name"]
    is_more = f"left_change - right_change >= {fields.get('by', 0.0)!r}"
    both, one = is_more, "false"
    if "left_at_least" in fields:
        enough = f"left_change >= {fields['left_at_least']!r}"
        both, one = f"{is_more} and {enough}", f"({is_more}) <> ({enough})"
    return f"""with {_ends("a", sides["left"], fields)}, {_ends("b", sides["right"], fields)}, changes as (
    select
        (a.to_value - a.from_value) / nullif(a.from_value, 0) as left_change,
        (b.to_value - b.from_value) / nullif(b.from_value, 0) as right_change
    from a, b
)
select
    case
    {_unmeasured("a", fields)}
    {_unmeasured("b", fields)}
    when left_change is null or right_change is null then 'unmeasurable'
    when {both} then 'supported'
    when {one} then 'partly'
    else 'refuted'
    end as verdict,
    case {_why("a", fields)} {_why("b", fields)} end as reason,
    left_change as {left}_change_share,
    right_change as {right}_change_share,
    left_change - right_change as difference_share,
    a.from_day, a.from_value as {left}_from, b.from_value as {right}_from,
    a.to_day, a.to_value as {left}_to, b.to_value as {right}_to,
    least(a.n, b.n) as n, greatest(a.from_day, b.from_day) as covered_from, least(a.to_day, b.to_day) as covered_to
from a, b, changes"""


# -- event -----------------------------------------------------------------------------------------


def _event(fields: Fields) -> str:
    """An event of the list, by a day. That it is not in the list counts once the list goes beyond the day."""
    by = fields["by"]
    start = fields.get("from", by - timedelta(days=366))
    about, matches = (_quoted(fields[name]) for name in ("about", "matches"))
    return f"""with events as (
    select event_date as day, category, title, value, unit, status from staged.policy_event
), happened as (
    select day, title, value, unit, status from events
    where regexp_matches(title, {matches}, 'i') and category = {_quoted(fields["category"])}
        and day between {_day(start)} and {_day(by)}
    order by day limit 1
), listed as (
    select
        count(*) filter (regexp_matches(title, {about}, 'i')) as n,
        string_agg(day || ' ' || title, '; ' order by day) filter (regexp_matches(title, {about}, 'i')) as steps,
        min(day) as covered_from,
        max(day) as covered_to
    from events
)
select
    case
    when h.day is not null then 'supported'
    when {TODAY} <= {_day(by)} or covered_to is null or covered_to <= {_day(by)} then 'pending'
    else 'refuted'
    end as verdict,
    case when h.day is null and {TODAY} <= {_day(by)} then 'not yet; the last day is {by}'
    when h.day is null and coalesce(covered_to <= {_day(by)}, true) then 'the list of events does not go beyond {by}'
    end as reason,
    h.day as happened_on, h.title as event, h.status, h.value as event_value, h.unit as event_unit,
    {_day(by)} as by_day, steps,
    n, covered_from, covered_to
from listed left join happened as h on true"""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# -- lead-lag --------------------------------------------------------------------------------------


def _lead_lag(fields: Fields) -> str:
    """Whether a driver leads a target. None found counts against it only where what matters would have been found."""
    sign = {"positive": "correlation", "negative": "-correlation", "either": "abs(correlation)"}
    wanted = fields.get("sign", "positive")
    if wanted not in sign:
        raise ValueError(f"sign must be one of {', '.join(sign)}, not {wanted!r}")
    low, high = fields.get("from_lag", 1), fields.get("to_lag", 26)
    alpha, matters = fields.get("alpha", 0.05), fields.get("smallest_that_matters", 0.2)
    return f"""with lags as (
    select *, {sign[wanted]} as strength from metrics.lead_lag
    where driver = {_quoted(fields["driver"])} and target = {_quoted(fields["target"])}
        and lag_weeks between {low} and {high}
), best as (
    select * from lags order by strength desc, lag_weeks limit 1
), weakest as (
    -- What the lag with the least power could have shown.
    select max(minimum_detectable_effect) as minimum_detectable_effect from lags
)
select
    case
    when b.n is null then 'unmeasurable'
    when b.last_week < {TODAY} - 183 then 'unmeasurable'
    when b.p_family_wise <= {alpha!r} and b.strength > 0 then 'supported'
    when w.minimum_detectable_effect <= {matters!r} then 'refuted'
    else 'unmeasurable'
    end as verdict,
    case
    when b.n is null then 'fewer than 104 weeks in common'
    when b.last_week < {TODAY} - 183 then 'the newest week is ' || b.last_week
    when verdict = 'unmeasurable' then 'none found, but only correlations of '
        || round(w.minimum_detectable_effect, 2) || ' and more would have been, and {matters!r} matters'
    end as reason,
    b.correlation, b.lag_weeks, b.p_family_wise, b.low_95, b.high_95, b.hac_t,
    w.minimum_detectable_effect, {matters!r} as smallest_that_matters,
    b.n, b.first_week as covered_from, b.last_week as covered_to
from weakest as w left join best as b on true"""


# -- no data at all, and the general one -----------------------------------------------------------


def _no_data(fields: Fields) -> str:
    if fields["verdict"] not in ("pending", "unmeasurable"):
        raise ValueError(f"verdict must be pending or unmeasurable, not {fields['verdict']!r}")
    return f"select {_quoted(fields['verdict'])} as verdict, {_quoted(fields['because'])} as reason"


SERIES: dict[str, type] = {"of": str, "value": str}
NARROWED: dict[str, type] = {"where": str, "unit": str, "fresh_days": int}
BOUNDS: dict[str, type] = {"at_least": float, "at_most": float}
PARTLY: dict[str, type] = {"partly_at_least": float, "partly_at_most": float}
WINDOW: dict[str, type] = {"weeks": int, "from": date, "to": date, "fresh_days": int}

PREDICATES = {
    "level": Predicate(SERIES, {**NARROWED, **BOUNDS, **PARTLY, "take": str, "on": date, "from": date, "to": date}, _level),
    "reached": Predicate({**SERIES, "by": date}, {**NARROWED, **BOUNDS, "from": date}, _reached),
    "change": Predicate(SERIES, {**NARROWED, **BOUNDS, **PARTLY, **WINDOW, "as": str}, _change),
    "compare": Predicate({"left": dict, "right": dict}, {**WINDOW, "by": float, "left_at_least": float}, _compare),
    "event": Predicate({"category": str, "matches": str, "about": str, "by": date}, {"from": date}, _event),
    "lead_lag": Predicate(
        {"driver": str, "target": str},
        {"sign": str, "from_lag": int, "to_lag": int, "alpha": float, "smallest_that_matters": float},
        _lead_lag,
    ),
    "no_data": Predicate({"verdict": str, "because": str}, {}, _no_data),
    "sql": Predicate({"query": str}, {}, lambda fields: str(fields["query"]).strip()),
}  # fmt: skip
