-- Open interest at the 00:00 UTC that ends the day, beside what the day and the days before it traded.
with volumes as (
    select
        venue,
        symbol,
        (date + 1)::timestamp at time zone 'UTC' as observed_at,
        -- To the cent: the last bits of a mean over a window depend on what other rows there are.
        round(avg(volume_usd) over month, 2) as volume_30d_usd,
        max(known_at) over month as known_at
    from staged.candle
    where market = 'perpetual' and interval = '1d'
    window month as (partition by venue, symbol order by date range between interval 29 days preceding and current row)
    qualify count(*) over month = 30
), turnover as (
    select
        o.base as symbol,
        o.observed_at,
        sum(o.open_interest_usd order by o.venue, o.symbol)
            / nullif(sum(v.volume_30d_usd order by o.venue, o.symbol), 0) as oi_to_volume_days,
        string_agg(distinct o.venue, ', ' order by o.venue) as volume_venues,
        max(greatest(o.known_at, v.known_at)) as known_at
    from staged.open_interest as o
    inner join volumes as v using (venue, symbol, observed_at)
    group by o.base, o.observed_at
), depths as (
    -- Twenty hours of a day are enough to speak of it.
    select
        symbol,
        (hour at time zone 'UTC')::date as date,
        median(depth_100bps_usd) as depth_100bps_usd,
        max(known_at) as known_at
    from metrics.order_book_hourly
    group by all
    having count(depth_100bps_usd) >= 20
), days as (
    select *, (observed_at at time zone 'UTC')::date - 1 as date
    from metrics.open_interest
    where (observed_at at time zone 'UTC')::time = time '00:00'
)
select
    o.symbol,
    o.date,
    o.open_interest_usd,
    o.venues,
    t.oi_to_volume_days,
    t.volume_venues,
    o.open_interest_usd / nullif(d.depth_100bps_usd, 0) as oi_to_depth,
    o.open_interest_usd / nullif(p.market_cap_usd, 0) as oi_to_market_cap_share,
    o.open_interest_coin / nullif(r.reserve_coin, 0) as estimated_leverage_ratio,
    r.source as reserve_source,
    f.annualised_simple_pct as funding_annualised_pct,
    b.annualised_simple_pct as basis_annualised_pct,
    greatest(
        o.known_at,
        t.known_at,
        d.known_at,
        f.known_at,
        b.known_at,
        r.known_at,
        case when p.market_cap_usd is not null then p.known_at end
    ) as known_at
from days as o
left join turnover as t using (symbol, observed_at)
left join metrics.funding_rate as f using (symbol, observed_at)
left join metrics.futures_basis as b using (symbol, date)
left join depths as d using (symbol, date)
left join staged.exchange_reserve as r using (symbol, date)
left join metrics.crypto_price as p using (symbol, date)
