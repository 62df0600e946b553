with rates as (
    select
        period as date,
        coalesce(
            max(value) filter (series_id = 'SOFR'),
            max(value) filter (series_id = 'NYFED_SOFR')
        ) as sofr_pct,
        max(value) filter (series_id = 'IORB') as iorb_pct,
        max(known_at) as known_at
    from staged.series
    where series_id in ('SOFR', 'NYFED_SOFR', 'IORB')
    group by period
    having sofr_pct is not null
), spreads as (
    select
        r.date,
        round(100 * (sofr_pct - iorb_pct), 6) as sofr_iorb_bps,
        d.standing_repo_usd,
        r.date = max(r.date) over (partition by date_trunc('month', r.date)) as is_last_of_month,
        greatest(r.known_at, d.known_at) as known_at
    from rates as r
    left join staged.repo_day as d using (date)
), maxima as (
    select
        *,
        case when count(sofr_iorb_bps) over five = 5 then max(sofr_iorb_bps) over five end as sofr_iorb_5d_max_bps
    from spreads
    window five as (order by date rows between 4 preceding and current row)
), percentiles as (
    select
        *,
        case when count(sofr_iorb_5d_max_bps) over before >= 500
            then quantile_cont(sofr_iorb_5d_max_bps, 0.99) over before
        end as sofr_iorb_p99_3y_bps,
        max(known_at) over (order by date range between interval 3 years preceding and current row) as latest_known_at
    from maxima
    window before as (order by date range between interval 3 years preceding and interval 1 day preceding)
)
select
    date,
    sofr_iorb_bps,
    sofr_iorb_5d_max_bps,
    sofr_iorb_p99_3y_bps,
    standing_repo_usd,
    case
        when standing_repo_usd > 10e9 and not is_last_of_month then true
        else sofr_iorb_5d_max_bps >= sofr_iorb_p99_3y_bps
    end as is_stressed,
    latest_known_at as known_at
from percentiles
