"""How much a number changed over a window, and whether one did more than another."""

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
)


def _ends(name: str, fields: Fields, window: Fields) -> str:
    """The first and the last value of a window: each the last one up to its day."""
    start, end, weeks = window.get("from"), window.get("to"), window.get("weeks")
    if (start is None) == (weeks is None):
        raise ValueError("needs either weeks or from")
    last = f" where day <= {literal(end)}" if end else ""
    first = literal(start) if start else f"last_{name}.day - 7 * {weeks}"
    return f"""series_{name} as (
    {series(fields)}
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
    until = literal(end) if end else TODAY
    too_early = f"when {TODAY} <= {literal(end)} then 'pending'\n    " if end else ""
    no_news = f" or {name}.to_day <= {literal(start)}" if start else ""
    is_missing = f"{name}.to_day is null or {name}.to_day < {until} - {fresh}{no_news}"
    return f"""{too_early}when {is_missing} then {missing(end or start)}
    when {name}.from_day is null or {name}.from_day < {name}.wanted_from_day - {fresh} then 'unmeasurable'"""


def _why(name: str, window: Fields) -> str:
    end, fresh = window.get("to"), window.get("fresh_days", FRESH_DAYS)
    until = f"least({literal(end)}, {TODAY})" if end else TODAY
    return f"""when {name}.to_day is null then 'no values'
    when {name}.to_day < {until} - {fresh} then 'the newest value is of ' || {name}.to_day
    when {name}.from_day is null then 'no value at the beginning'"""


def change(fields: Fields) -> str:
    how = fields.get("as", "difference")
    if how not in ("difference", "share"):
        raise ValueError(f"as must be difference or share, not {how!r}")
    unit = ending(fields)
    changed = "to_value - from_value" if how == "difference" else "(to_value - from_value) / nullif(from_value, 0)"
    name = "change" + (unit if how == "difference" else "_share")
    return f"""with {_ends("own", fields, fields)}
select
    case
    {_unmeasured("own", fields)}
    {judged(f"({changed})", fields)}
    end as verdict,
    case {_why("own", fields)} end as reason,
    {changed} as {name},
    {told_bounds(fields, name)}
    from_day, from_value as from{unit}, to_day, to_value as to{unit},
    n, from_day as covered_from, to_day as covered_to
from own"""


def compare(fields: Fields) -> str:
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
