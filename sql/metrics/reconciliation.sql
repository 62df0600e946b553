-- Two witnesses of one number, wherever both tell it. The tolerances are measured on what was recorded until 2026.
with tolerances(name, absolute, relative) as (
    values
        -- Both round to the million: a day may differ by one, a mean of seven days differed by 0.86 at most in 312 weeks.
        ('treasury_account_wednesday', 1e6, 0),
        ('treasury_account_week', 1e6, 0),
        -- FRED rounds operations to the million.
        ('reverse_repo', 1e6, 0),
        -- H.4.1 rounds to the million: 0.5 at most in 963 of 967 weeks, 1.3 to 5.6 in the other four; MBS 0.5 in all.
        ('soma_treasuries', 1e6, 0),
        ('soma_mbs', 1e6, 0),
        -- A hundredth of a point of an index of a hundred points. Since 2006 they differ by more on nine days.
        ('index_close', 0, 0.0001),
        -- Dollar coins are not always worth a dollar, and days end at other moments where nobody trades.
        ('daily_close', 0, 0.02),
        -- Within a day it moved by 24 percent at most, and by 43 in the flush of October 2025; a number of both sides
        -- or of another unit is at least twice as large.
        ('open_interest', 0, 0.5)
), told as (
    select series_id, period, value, unit, known_at from staged.series
), balances as (
    select h.series_id, h.period, h.value, h.known_at, day, c.close_usd, c.known_at as closed_known_at
    from told as h, range(case when h.series_id = 'WDTGAL' then 1 else 7 end) as back(days)
    cross join lateral (select h.period - back.days::int as day)
    asof join staged.treasury_cash as c on c.date <= day
    where h.series_id in ('WDTGAL', 'WTREGEN') and day - c.date <= 4
), holdings as (
    select
        case when series_id in ('SOMA_MBS', 'SOMA_CMBS') then 'WSHOMCB' else 'TREAST' end as h41_id,
        period,
        sum(value order by series_id) as value,
        max(known_at) as known_at
    from told
    where series_id in (
        'SOMA_BILLS', 'SOMA_NOTES_BONDS', 'SOMA_TIPS', 'SOMA_TIPS_INFLATION_COMPENSATION', 'SOMA_FRN', 'SOMA_MBS', 'SOMA_CMBS'
    )
    group by all
), pairs as (
    select
        case when series_id = 'WDTGAL' then 'treasury_account_wednesday' else 'treasury_account_week' end as name,
        '' as subject, period, 'Daily Treasury Statement' as left_source, avg(close_usd order by day) as left_value,
        series_id as right_source, any_value(value) as right_value, 'usd' as unit,
        greatest(any_value(known_at), max(closed_known_at)) as known_at
    from balances
    group by series_id, period
    having count(*) = case when series_id = 'WDTGAL' then 1 else 7 end
    union all
    select
        'reverse_repo', '', d.date, 'operations', d.reverse_repo_usd,
        'RRPONTSYD', s.value, 'usd', greatest(d.known_at, s.known_at)
    from staged.repo_day as d
    inner join told as s on s.series_id = 'RRPONTSYD' and s.period = d.date
    where d.reverse_repo_usd is not null
    union all
    select
        case when h41_id = 'TREAST' then 'soma_treasuries' else 'soma_mbs' end, '', h.period, 'SOMA', h.value,
        h41_id, s.value, 'usd', greatest(h.known_at, s.known_at)
    from holdings as h
    inner join told as s on s.series_id = h.h41_id and s.period = h.period
    union all
    select
        'index_close', case when f.series_id = 'SP500' then 'sp_500' else 'nasdaq_composite' end,
        f.period, f.series_id, f.value,
        y.series_id, y.value, 'index', greatest(f.known_at, y.known_at)
    from told as f
    inner join told as y
        on y.period = f.period
        and y.series_id = case when f.series_id = 'SP500' then 'YAHOO_GSPC_CLOSE' else 'YAHOO_IXIC_CLOSE' end
    where f.series_id in ('NASDAQCOM', 'SP500')
    union all
    -- Of all markets in a coin, the one that is furthest from their median; dated futures have a price of their own.
    select
        'daily_close', base, date,
        first(venue || ' ' || symbol order by away desc, venue, symbol),
        first(close_usd order by away desc, venue, symbol),
        'median of ' || count(*) || ' markets', any_value(median_usd), 'usd_per_coin', max(known_at)
    from (
        select *, median(close_usd) over (partition by base, date) as median_usd, abs(close_usd - median_usd) as away
        from staged.candle
        where interval = '1d' and market <> 'future'
    )
    group by base, date
    having count(*) > 1
    union all
    select
        'open_interest', venue || ' ' || symbol, observed_at::date, 'now', open_interest_coin,
        'history', coin_before, 'coins', greatest(known_at, known_before)
    from (
        select
            *,
            lag(open_interest_coin) over in_time as coin_before,
            lag(known_at) over in_time as known_before,
            measured_at - lag(measured_at) over in_time as apart
        from staged.open_interest
        window in_time as (partition by venue, symbol order by observed_at)
        qualify row_number() over (partition by venue, symbol order by observed_at desc) = 1
    )
    where apart between interval 1 minute and interval 26 hours and open_interest_usd >= 1e6
)
select
    name,
    subject,
    period,
    left_source,
    left_value,
    right_source,
    right_value,
    unit,
    left_value - right_value as difference,
    absolute + relative * abs(right_value) as tolerance,
    abs(difference) <= tolerance as is_within,
    known_at
from pairs
inner join tolerances using (name)
