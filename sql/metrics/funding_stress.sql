-- SOFR is FRED's, else the New York Fed's own. Nothing here looks at a later day: whether a take-up spans the turn of
-- the month is told by the day on which it comes back.
with rates as (
    select
        period as date,
        max(value) filter (series_id <> 'IORB') as sofr_pct,
        max(value) filter (series_id = 'IORB') as iorb_pct,
        max(known_at) as known_at
    from (
        from staged.series
        where series_id in ('SOFR', 'NYFED_SOFR', 'IORB')
        qualify series_id <> 'NYFED_SOFR' or not bool_or(series_id = 'SOFR') over (partition by period)
    )
    group by period
    having sofr_pct is not null
), spreads as (
    select *, round(100 * (sofr_pct - iorb_pct), 6) as sofr_iorb_bps
    from rates
), maxima as (
    select
        *,
        case when count(sofr_iorb_bps) over five = 5 then max(sofr_iorb_bps) over five end as sofr_iorb_5d_max_bps,
        max(known_at) over five as five_known_at
    from spreads
    window five as (order by date rows between 4 preceding and current row)
), percentiles as (
    select
        *,
        case when count(sofr_iorb_5d_max_bps) over before >= 500
            then quantile_cont(sofr_iorb_5d_max_bps, 0.99) over before
        end as sofr_iorb_p99_3y_bps,
        max(five_known_at) over before as before_known_at
    from maxima
    window before as (order by date range between interval 3 years preceding and interval 1 day preceding)
)
select
    p.date,
    p.sofr_iorb_bps,
    p.sofr_iorb_5d_max_bps,
    p.sofr_iorb_p99_3y_bps,
    d.standing_repo_usd,
    (d.standing_repo_usd > 10e9 and month(d.standing_repo_matures_on) = month(p.date))
        or p.sofr_iorb_5d_max_bps >= p.sofr_iorb_p99_3y_bps as is_stressed,
    greatest(
        p.known_at,
        d.known_at,
        case when p.sofr_iorb_5d_max_bps is not null then p.five_known_at end,
        case when p.sofr_iorb_p99_3y_bps is not null then p.before_known_at end
    ) as known_at
from percentiles as p
left join staged.repo_day as d using (date)
