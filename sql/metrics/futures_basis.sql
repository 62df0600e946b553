-- At 90 days: on the line between the two futures around them, so that nothing jumps when one is rolled into the next;
-- alone, the nearest one's own. A close on a day without trades is an old one, and in the last two weeks a basis point
-- of spot is a quarter of a percent a year: neither is used. One line for each venue and currency of settlement.
with curves as (
    select
        base as symbol,
        date,
        venue,
        settle,
        max(days_to_expiry) filter (days_to_expiry <= 90) as near_days,
        min(days_to_expiry) filter (days_to_expiry > 90) as far_days,
        arg_max(annualised_simple_pct, days_to_expiry) filter (days_to_expiry <= 90) as near_simple,
        arg_min(annualised_simple_pct, days_to_expiry) filter (days_to_expiry > 90) as far_simple,
        arg_max(annualised_compounded_pct, days_to_expiry) filter (days_to_expiry <= 90) as near_compounded,
        arg_min(annualised_compounded_pct, days_to_expiry) filter (days_to_expiry > 90) as far_compounded,
        max(known_at) as known_at
    from metrics.dated_future
    where volume_usd > 0 and days_to_expiry between 14 and 190
    group by all
), at_90_days as (
    select
        *,
        (90 - near_days) / nullif(far_days - near_days, 0) as share,
        coalesce(near_simple + share * (far_simple - near_simple), near_simple, far_simple) as simple,
        coalesce(near_compounded + share * (far_compounded - near_compounded), near_compounded, far_compounded)
            as compounded
    from curves
)
select
    symbol,
    date,
    median(simple) as annualised_simple_pct,
    median(compounded) as annualised_compounded_pct,
    string_agg(distinct venue, ', ' order by venue) as venues,
    max(known_at) as known_at
from at_90_days
group by all
