-- A change is against the series' own last value at or before 91 days earlier, no more than a week before that.
with quotes as (
    select series_id, period as date, case when series_id = 'DFII10' then value else round(100 * value, 6) end as value, known_at
    from staged.series
    where series_id in ('DFII10', 'BAMLH0A0HYM2', 'BAMLC0A0CM', 'BAA10Y')
), changes as (
    select
        q.series_id,
        q.date,
        q.value,
        case when b.date >= q.date - 98 then round(q.value - b.value, 6) end as change,
        greatest(q.known_at, case when change is not null then b.known_at end) as known_at
    from quotes as q
    asof left join quotes as b on b.series_id = q.series_id and b.date <= q.date - 91
)
select
    date,
    max(value) filter (series_id = 'DFII10') as real_yield_10y_pct,
    max(change) filter (series_id = 'DFII10') as real_yield_10y_change_13w_pct,
    max(value) filter (series_id = 'BAMLH0A0HYM2') as high_yield_oas_bps,
    max(change) filter (series_id = 'BAMLH0A0HYM2') as high_yield_oas_change_13w_bps,
    max(value) filter (series_id = 'BAMLC0A0CM') as investment_grade_oas_bps,
    max(change) filter (series_id = 'BAMLC0A0CM') as investment_grade_oas_change_13w_bps,
    max(value) filter (series_id = 'BAA10Y') as baa_10y_spread_bps,
    max(change) filter (series_id = 'BAA10Y') as baa_10y_spread_change_13w_bps,
    coalesce(high_yield_oas_change_13w_bps, baa_10y_spread_change_13w_bps) as credit_spread_change_13w_bps,
    case
        when high_yield_oas_change_13w_bps is not null then 'high_yield_oas'
        when baa_10y_spread_change_13w_bps is not null then 'baa_10y_spread'
    end as credit_spread_source,
    max(known_at) as known_at
from changes
group by date
