-- FRED's closes where it has them, Yahoo's for the years before its window and for the Russell 2000.
with closes as (
    select
        case
            when series_id = 'YAHOO_RUT_CLOSE' then 'russell_2000'
            when series_id in ('NASDAQCOM', 'YAHOO_IXIC_CLOSE') then 'nasdaq_composite'
            else 'sp_500'
        end as index_id,
        period as date,
        arg_min(value, case when series_id like 'YAHOO%' then 1 else 0 end) as close,
        arg_min(known_at, case when series_id like 'YAHOO%' then 1 else 0 end) as known_at
    from staged.series
    where series_id in ('YAHOO_RUT_CLOSE', 'NASDAQCOM', 'YAHOO_IXIC_CLOSE', 'SP500', 'YAHOO_GSPC_CLOSE')
    group by all
), highs as (
    select *, coalesce(close > max(close) over before, false) as is_all_time_high
    from closes
    window before as (partition by index_id order by date rows between unbounded preceding and 1 preceding)
), droughts as (
    select
        *,
        date - max(date) filter (is_all_time_high) over before as days_since_previous_high,
        max(known_at) over (partition by index_id order by date rows between unbounded preceding and current row)
            as latest_known_at
    from highs
    window before as (partition by index_id order by date rows between unbounded preceding and 1 preceding)
)
select
    index_id,
    date,
    close,
    is_all_time_high,
    days_since_previous_high,
    coalesce(is_all_time_high and days_since_previous_high >= 180, false) as is_drought_breakout,
    latest_known_at as known_at
from droughts
