with enterprises as (
    select
        month,
        case when count(*) = 2 then sum(agency_mbs_usd) end as gse_agency_mbs_usd,
        case when count(*) = 2 then sum(end_balance_usd) end as gse_portfolio_usd,
        max(known_at) as known_at
    from staged.gse_portfolio
    group by month
), fed as (
    -- The last Wednesday of each month: a week later it is another month.
    select date_trunc('month', period)::date as month, value as fed_mbs_usd, known_at
    from staged.series
    where series_id = 'WSHOMCB' and month(period + 7) <> month(period)
), months as (
    select
        e.month,
        e.gse_agency_mbs_usd,
        e.gse_portfolio_usd,
        f.fed_mbs_usd,
        greatest(e.known_at, f.known_at) as known_at
    from enterprises as e
    left join fed as f using (month)
)
select
    m.month,
    m.gse_agency_mbs_usd,
    m.gse_portfolio_usd,
    m.gse_agency_mbs_usd - b.gse_agency_mbs_usd as change_since_start_usd,
    change_since_start_usd / 200e9 as progress_share,
    450e9 - m.gse_agency_mbs_usd as headroom_usd,
    m.fed_mbs_usd,
    m.fed_mbs_usd - b.fed_mbs_usd as fed_mbs_change_since_start_usd,
    change_since_start_usd + fed_mbs_change_since_start_usd as public_net_change_usd,
    greatest(m.known_at, b.known_at) as known_at
from months as m
left join months as b on b.month = date '2025-12-01' and m.month >= b.month
