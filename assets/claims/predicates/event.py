"""Whether something happened, by the list of events."""

from datetime import timedelta

from assets.claims.predicates.parts import TODAY, Fields, literal, quoted


def event(fields: Fields) -> str:
    """An event of the list, by a day. That it is not in the list counts once the list goes beyond the day."""
    by = fields["by"]
    start = fields.get("from", by - timedelta(days=366))
    about, matches = (quoted(fields[name]) for name in ("about", "matches"))
    return f"""with events as (
    select event_date as day, category, title, value, unit, status from staged.policy_event
), happened as (
    select day, title, value, unit, status from events
    where regexp_matches(title, {matches}, 'i') and category = {quoted(fields["category"])}
        and day between {literal(start)} and {literal(by)}
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
    when {TODAY} <= {literal(by)} or covered_to is null or covered_to <= {literal(by)} then 'pending'
    else 'refuted'
    end as verdict,
    case when h.day is null and {TODAY} <= {literal(by)} then 'not yet; the last day is {by}'
    when h.day is null and coalesce(covered_to <= {literal(by)}, true) then 'the list of events does not go beyond {by}'
    end as reason,
    h.day as happened_on, h.title as event, h.status, h.value as event_value, h.unit as event_unit,
    {literal(by)} as by_day, steps,
    n, covered_from, covered_to
from listed left join happened as h on true"""
