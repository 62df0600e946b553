-- One grain for venues that tell it hourly, daily or only now: 00:00 UTC of each day and a coin's newest observation.
-- At each, an instrument's last observation of the two days before; 24 hours before, one that is a day older.
with in_force as (
    select *
    from facts.open_interest
    where known_at <= as_of() and market = 'perpetual'
    qualify row_number() over (partition by venue, symbol, observed_at order by vintage_order(known_at) desc) = 1
), moments as (
    -- A day has begun when it has an observation.
    select base, time_bucket(interval '24 hours', observed_at) as observed_at, min(known_at) as seen_at
    from in_force
    group by all
    union all
    select base, max(observed_at), arg_max(known_at, observed_at)
    from in_force
    group by base
), grid as (
    select i.venue, i.symbol, m.base, m.observed_at, min(m.seen_at) as seen_at
    from moments as m
    inner join (select distinct venue, symbol, base from in_force) as i using (base)
    group by all
), measured as (
    select
        g.*,
        o.observed_at as measured_at,
        o.open_interest_coin,
        o.open_interest_usd,
        greatest(g.seen_at, o.known_at) as known_at
    from grid as g
    asof join in_force as o on o.venue = g.venue and o.symbol = g.symbol and o.observed_at <= g.observed_at
    where o.observed_at > g.observed_at - interval 2 days
), compared as (
    select
        m.*,
        b.open_interest_coin as coin_before,
        b.open_interest_usd as usd_before,
        b.known_at as before_known_at,
        m.measured_at - b.observed_at between interval 12 hours and interval 36 hours as is_a_day_apart
    from measured as m
    asof left join in_force as b
        on b.venue = m.venue and b.symbol = m.symbol and b.observed_at <= m.observed_at - interval 24 hours
)
select
    venue,
    symbol,
    observed_at,
    base,
    measured_at,
    open_interest_coin,
    open_interest_usd,
    case when is_a_day_apart then coin_before end as open_interest_coin_24h_before,
    case when is_a_day_apart then usd_before end as open_interest_usd_24h_before,
    greatest(known_at, case when is_a_day_apart then before_known_at end) as known_at
from compared
