"""Whether a number is within bounds, and when it was for the first time."""

from datetime import date

from assets.claims.predicates.parts import (
    FRESH_DAYS,
    TODAY,
    Fields,
    ending,
    judged,
    literal,
    missing,
    series,
    told_bounds,
    within,
)

TAKES = {
    "newest": "arg_max(value, day)",
    "highest": "max(value)",
    "lowest": "min(value)",
    "mean": "avg(value)",
}


def level(fields: Fields) -> str:
    take, fresh = fields.get("take", "newest"), fields.get("fresh_days", FRESH_DAYS)
    if take not in TAKES:
        raise ValueError(f"take must be one of {', '.join(TAKES)}, not {take!r}")
    if "on" in fields:
        fields = {**fields, "from": fields["on"], "to": fields["on"]}
        fresh = 0
    start, end = fields.get("from"), fields.get("to")
    window = [f"day {sign} {literal(told)}" for sign, told in ((">=", start), ("<=", end)) if told]
    name = "value" + ending(fields)
    until = f"least({literal(end)}, {TODAY})" if end else TODAY
    too_early = f"\n    when {TODAY} < {literal(end)} then 'pending'" if end else ""
    return f"""with series as (
    {series(fields)}
), measured as (
    select count(*) as n, min(day) as covered_from, max(day) as covered_to, {TAKES[take]} as value
    from series
    where {" and ".join(window) or "true"}
)
select
    case{too_early}
    when n = 0 or covered_to < {until} - {fresh} then {missing(end or start)}
    {judged("value", fields)}
    end as verdict,
    case when n = 0 then 'no values' when covered_to < {until} - {fresh} then 'the newest value is of ' || covered_to
    end as reason,
    value as {name},
    '{take}' as taken,
    covered_to as newest_on,
    {told_bounds(fields, name)}
    n, covered_from, covered_to
from measured"""


def reached(fields: Fields) -> str:
    """When the bounds were met for the first time ever, and whether that was in the time told."""
    by, bounds = fields["by"], within(fields)
    if not bounds:
        raise ValueError("needs at_least or at_most")
    met = " and ".join(f"value {bound}" for bound in bounds)
    name = "value" + ending(fields)
    start = fields.get("from", date(1, 1, 1))
    return f"""with series as (
    {series(fields)}
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
    when first_day < {literal(start)} then 'refuted'
    when first_day <= {literal(by)} then 'supported'
    when {TODAY} <= {literal(by)} then 'pending'
    when n = 0 or covered_to < {literal(by)} then {missing(by)}
    else 'refuted'
    end as verdict,
    case when n = 0 then 'no values' when first_day is null and covered_to < {literal(by)}
        then 'the newest value is of ' || covered_to end as reason,
    first_day,
    value as {name},
    {told_bounds(fields, name)}
    n, covered_from, covered_to
from measured"""
