-- Weeks end on Friday. A close counts in the week of its day. A published figure counts in the week in which it was
-- first known, by the end of Friday in UTC: no week holds what was not known when it ended. What is in force now is
-- taken, so a restated figure changes its week and does not move to another. A week without news has no row.
with figures as (
    select
        case series_id
            when 'DFII10' then 'real_yield_10y'
            when 'BAMLH0A0HYM2' then 'high_yield_oas'
            when 'BAA10Y' then 'baa_10y_spread'
            else 'treasury_bill_3m'
        end as measure,
        'rate' as kind,
        period,
        value as level,
        first_known_at,
        known_at
    from staged.series
    where series_id in ('DFII10', 'BAMLH0A0HYM2', 'BAA10Y', 'DGS3MO')
    union all
    select
        'net_liquidity',
        'liquidity',
        l.week_ending,
        l.fed_assets_usd - l.tga_usd - l.reverse_repo_usd,
        max(s.first_known_at),
        any_value(l.known_at)
    from staged.liquidity_week as l
    inner join staged.series as s on s.series_id in ('WALCL', 'WTREGEN') and s.period = l.week_ending
    where l.tga_usd is not null and l.reverse_repo_usd is not null
    group by all
), dated as (
    select asset as measure, kind, date as period, close as level, date as known_on, known_at
    from metrics.asset_close
    union all
    select measure, kind, period, level, (first_known_at at time zone 'UTC')::date as known_on, known_at
    from figures
    -- What an archive first tells of long after is no news of that week.
    where known_on <= period + 13
), weekly as (
    select
        measure,
        kind,
        known_on + (12 - isodow(known_on))::int % 7 as week_ending,
        arg_max(level, period) as level,
        max(period) as level_date,
        arg_max(known_at, period) as known_at
    from dated
    group by measure, kind, week_ending
), finished as (
    -- A week is over for an asset once it has a close on the Friday or later; for figures once any asset has.
    select w.*
    from weekly as w
    inner join (select asset as measure, max(date) as newest from metrics.asset_close group by asset) as own
        using (measure)
    where w.week_ending <= own.newest
    union all
    select w.*
    from weekly as w
    where w.kind in ('rate', 'liquidity') and w.week_ending <= (select max(date) from metrics.asset_close)
), before as (
    select
        *,
        first(level) over one_week as level_1w,
        first(level) over six_weeks as level_6w,
        first(level) over thirteen_weeks as level_13w,
        greatest(
            known_at, first(known_at) over one_week, first(known_at) over six_weeks, first(known_at) over thirteen_weeks
        ) as latest_known_at
    from finished
    window
        weeks as (partition by measure order by week_ending),
        one_week as (weeks range between interval 7 days preceding and interval 7 days preceding),
        six_weeks as (weeks range between interval 42 days preceding and interval 42 days preceding),
        thirteen_weeks as (weeks range between interval 91 days preceding and interval 91 days preceding)
)
select
    measure,
    week_ending,
    kind,
    level,
    level_date,
    case kind when 'rate' then 'percentage points' else 'log ratio' end as change_unit,
    case kind when 'rate' then level - level_1w else ln(level / level_1w) end as change_1w,
    case kind when 'rate' then level - level_6w else ln(level / level_6w) end as change_6w,
    case kind when 'rate' then level - level_13w else ln(level / level_13w) end as change_13w,
    latest_known_at as known_at
from before
