-- WALCL and WDTGAL are Wednesday levels, WTREGEN the average of the week that ends that Wednesday; the reverse repo
-- is the last operation of that week. A week without an input has no net liquidity.
with weekly as (
    select
        period as week_ending,
        max(value) filter (series_id = 'WALCL') as fed_assets_usd,
        max(value) filter (series_id = 'WTREGEN') as tga_usd,
        max(value) filter (series_id = 'WDTGAL') as tga_wednesday_usd,
        max(known_at) as known_at
    from staged.series
    where series_id in ('WALCL', 'WTREGEN', 'WDTGAL')
    group by period
    having fed_assets_usd is not null
), reverse_repo as (
    select
        w.week_ending,
        arg_max(r.value, r.period) as reverse_repo_usd,
        max(r.known_at) as known_at
    from weekly as w
    inner join staged.series as r
        on r.series_id = 'RRPONTSYD' and r.period between w.week_ending - 6 and w.week_ending
    group by w.week_ending
), levels as (
    select
        w.* exclude (known_at),
        r.reverse_repo_usd,
        fed_assets_usd - tga_usd - reverse_repo_usd as net_liquidity_usd,
        fed_assets_usd - tga_wednesday_usd - reverse_repo_usd as net_liquidity_wednesday_usd,
        greatest(w.known_at, r.known_at) as known_at
    from weekly as w
    left join reverse_repo as r using (week_ending)
), changes as (
    select
        *,
        net_liquidity_usd - first(net_liquidity_usd) over one_week as change_1w_usd,
        net_liquidity_usd - first(net_liquidity_usd) over thirteen_weeks as change_13w_usd
    from levels
    window
        one_week as (order by week_ending range between interval 7 days preceding and interval 7 days preceding),
        thirteen_weeks as (order by week_ending range between interval 91 days preceding and interval 91 days preceding)
)
select
    * exclude (known_at),
    case when count(net_liquidity_usd) over before = 156
        then (net_liquidity_usd - avg(net_liquidity_usd) over before) / nullif(stddev_samp(net_liquidity_usd) over before, 0)
    end as zscore_156w,
    case when count(change_13w_usd) over before = 156
        then (change_13w_usd - avg(change_13w_usd) over before) / nullif(stddev_samp(change_13w_usd) over before, 0)
    end as impulse_zscore_156w,
    max(known_at) over inputs as known_at
from changes
window
    before as (order by week_ending range between interval 1092 days preceding and interval 7 days preceding),
    inputs as (order by week_ending range between interval 1183 days preceding and current row)
