-- Reserve-management purchases and reinvested agency principal are the same kind of operation since December 2025;
-- the estimate takes the fall of H.4.1 agency MBS for the reinvested part.
with operations as (
    select
        date_trunc('month', settlement_date)::date as month,
        operation,
        coalesce(sum(par_usd) filter (security = 'bills'), 0) as bills_usd,
        coalesce(sum(par_usd) filter (security = 'coupons'), 0) as coupons_usd,
        max(known_at) as known_at
    from staged.treasury_operation
    group by all
), last_wednesdays as (
    -- A month whose last Wednesday has not been published has no holdings yet. SOMA has FRNs since May 2014.
    select
        date_trunc('month', period)::date as month,
        max(value) filter (series_id = 'WSHOMCB') as mbs_usd,
        max(value) filter (series_id = 'SOMA_BILLS') as bills_usd,
        max(value) filter (series_id = 'SOMA_NOTES_BONDS')
            + max(value) filter (series_id = 'SOMA_TIPS')
            + coalesce(max(value) filter (series_id = 'SOMA_FRN'), case when max(period) < date '2014-05-01' then 0 end)
            as coupons_usd,
        max(known_at) as known_at
    from staged.series
    where series_id in ('WSHOMCB', 'SOMA_BILLS', 'SOMA_NOTES_BONDS', 'SOMA_TIPS', 'SOMA_FRN')
        and month(period + 7) <> month(period)
    group by all
), holdings as (
    select
        e.month,
        s.mbs_usd - e.mbs_usd as agency_principal_usd,
        e.bills_usd - s.bills_usd as soma_bills_change_usd,
        e.coupons_usd - s.coupons_usd as soma_coupons_change_usd,
        greatest(e.known_at, s.known_at) as known_at
    from last_wednesdays as e
    inner join last_wednesdays as s on s.month = e.month - interval 1 month
)
select
    o.month,
    o.operation,
    o.bills_usd,
    o.coupons_usd,
    o.bills_usd + o.coupons_usd as total_usd,
    h.agency_principal_usd,
    case when o.month >= date '2025-12-01' and o.operation = 'purchase'
        then o.bills_usd - h.agency_principal_usd
    end as reserve_management_estimate_usd,
    h.soma_bills_change_usd,
    h.soma_coupons_change_usd,
    greatest(o.known_at, h.known_at) as known_at
from operations as o
left join holdings as h using (month)
