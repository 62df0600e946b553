-- Sums over the instruments of the day, in their order, so that they are the same to the last digit every time. What is
-- compared with the past is compared over the same instruments: those seen on both days for a change, those with 90
-- observations by then for a percentile.
with parts as (
    select
        *,
        base as coin,
        [venue, symbol] as instrument,
        count(*) over (partition by venue, symbol order by observed_at) >= 90 as has_history,
        open_interest_coin_24h_before is not null as has_before
    from staged.open_interest
), totals as (
    select
        coin,
        observed_at,
        sum(open_interest_coin order by instrument) as open_interest_coin,
        sum(open_interest_usd order by instrument) as open_interest_usd,
        string_agg(distinct venue, ', ' order by venue) as venues,
        sum(open_interest_coin order by instrument) filter (has_before) as coin_now,
        sum(open_interest_coin_24h_before order by instrument) as coin_before,
        sum(open_interest_usd order by instrument) filter (has_before) as usd_now,
        sum(open_interest_usd_24h_before order by instrument) as usd_before,
        string_agg(distinct venue, ', ' order by venue) filter (has_before) as change_venues,
        list(instrument order by instrument) filter (has_history) as instruments,
        max(known_at) as known_at
    from parts
    group by all
), history as (
    select
        t.coin,
        t.instruments,
        p.observed_at,
        sum(p.open_interest_coin order by p.instrument) as open_interest_coin,
        sum(p.open_interest_usd order by p.instrument) as open_interest_usd,
        string_agg(distinct p.venue, ', ' order by p.venue) as venues,
        max(p.known_at) as known_at
    from (select distinct coin, instruments, unnest(instruments) as instrument from totals) as t
    inner join parts as p using (coin, instrument)
    group by all
    having count(*) = len(t.instruments)
), ranked as (
    select
        coin,
        instruments,
        observed_at,
        venues,
        cume_dist(order by open_interest_coin) over so_far as percentile_coin,
        cume_dist(order by open_interest_usd) over so_far as percentile_usd,
        max(known_at) over so_far as known_at
    from history
    window so_far as (
        partition by coin, instruments order by observed_at rows between unbounded preceding and current row
    )
    qualify count(*) over so_far >= 90
)
select
    t.coin as symbol,
    t.observed_at,
    t.open_interest_coin,
    t.open_interest_usd,
    t.venues,
    t.coin_now / nullif(t.coin_before, 0) - 1 as open_interest_coin_change_24h,
    (t.usd_now / nullif(t.coin_now, 0)) / nullif(t.usd_before / nullif(t.coin_before, 0), 0) - 1
        as price_change_24h,
    t.change_venues,
    r.percentile_coin as percentile_own_history,
    r.percentile_usd as percentile_usd_own_history,
    r.venues as percentile_venues,
    greatest(t.known_at, r.known_at) as known_at
from totals as t
left join ranked as r using (coin, instruments, observed_at)
