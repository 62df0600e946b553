-- The close is the first venue's in this order; volume is summed over the venues that every machine can reach.
-- A venue is counted from its first bar until six days after its last: while one is owed, the sum is not known.
-- Where no venue tells a close, Yahoo does: its histories are longer than most venues'.
with venues (venue, place, is_summed) as (
    values
        ('coinbase', 1, true), ('kraken', 2, true), ('okx', 3, true), ('bitget', 4, true), ('gate', 5, true),
        ('binance', 6, false), ('bybit', 7, false), ('yahoo', 8, false)
), candles as (
    select
        base as symbol,
        date,
        venue,
        arg_min(close_usd, symbol) as close_usd,
        sum(volume_usd order by symbol) as volume_usd,
        max(known_at) as known_at
    from staged.candle
    where market = 'spot' and interval = '1d'
    group by all
), charts as (
    select
        regexp_extract(series_id, '^YAHOO_(.+)_USD_CLOSE$', 1) as symbol,
        period as date,
        'yahoo' as venue,
        value as close_usd,
        null::double as volume_usd,
        known_at
    from staged.series
    where symbol <> ''
), bars as (
    from candles
    union all
    from charts anti join candles using (symbol, date)
), owed as (
    select symbol, venue, unnest(generate_series(date, last_owed, interval 1 day))::date as date
    from (
        select *, least(lead(date) over (partition by symbol, venue order by date) - 1, date + 6) as last_owed
        from bars
    )
), days as (
    select
        o.symbol,
        o.date,
        arg_min(b.close_usd, v.place) as close_usd,
        arg_min(b.venue, v.place) as close_venue,
        case when count(*) filter (v.is_summed) = count(b.venue) filter (v.is_summed)
            then sum(b.volume_usd order by b.venue) filter (v.is_summed)
        end as spot_volume_usd,
        string_agg(b.venue, ', ' order by b.venue) filter (v.is_summed) as venues,
        max(b.known_at) as known_at
    from owed as o
    inner join venues as v using (venue)
    left join bars as b using (symbol, venue, date)
    group by o.symbol, o.date
    having count(b.venue) > 0
), moved as (
    select
        *,
        1e9 * abs(close_usd / nullif(first(close_usd) over day_before, 0) - 1) / nullif(spot_volume_usd, 0)
            as move_per_billion
    from days
    window day_before as (
        partition by symbol order by date range between interval 1 day preceding and interval 1 day preceding
    )
)
select
    symbol,
    date,
    close_usd,
    close_venue,
    spot_volume_usd,
    venues,
    close_usd / nullif(first(close_usd) over thirty_days, 0) - 1 as return_30d,
    -- Rounded: the last bits of a mean over a window depend on what other rows there are.
    case when count(move_per_billion) over month >= 20 then round(avg(move_per_billion) over month, 9) end as amihud_30d,
    -- No source of circulating supply is landed yet.
    null::double as market_cap_usd,
    greatest(
        known_at,
        first(known_at) over thirty_days,
        case when count(move_per_billion) over month >= 20 then max(known_at) over with_day_before end
    ) as known_at
from moved
window
    thirty_days as (
        partition by symbol order by date range between interval 30 days preceding and interval 30 days preceding
    ),
    month as (partition by symbol order by date range between interval 29 days preceding and current row),
    with_day_before as (partition by symbol order by date range between interval 30 days preceding and current row)
