with daily as (
    select
        period as date,
        max(value) filter (series_id = 'DFII10') as real_yield_10y_pct,
        round(100 * max(value) filter (series_id = 'BAMLH0A0HYM2'), 6) as high_yield_oas_bps,
        round(100 * max(value) filter (series_id = 'BAMLC0A0CM'), 6) as investment_grade_oas_bps,
        round(100 * max(value) filter (series_id = 'BAA10Y'), 6) as baa_10y_spread_bps,
        max(known_at) as known_at
    from staged.series
    where series_id in ('DFII10', 'BAMLH0A0HYM2', 'BAMLC0A0CM', 'BAA10Y')
    group by period
), filled as (
    -- The last value of each series up to a day, no older than a week: what a change over 13 weeks starts from.
    select
        date,
        last(real_yield_10y_pct ignore nulls) over week as real_yield,
        last(high_yield_oas_bps ignore nulls) over week as high_yield,
        last(investment_grade_oas_bps ignore nulls) over week as investment_grade,
        last(baa_10y_spread_bps ignore nulls) over week as baa,
        max(known_at) over week as known_at
    from daily
    window week as (order by date range between interval 6 days preceding and current row)
)
select
    d.date,
    d.real_yield_10y_pct,
    round(d.real_yield_10y_pct - b.real_yield, 6) as real_yield_10y_change_13w_pct,
    d.high_yield_oas_bps,
    d.high_yield_oas_bps - b.high_yield as high_yield_oas_change_13w_bps,
    d.investment_grade_oas_bps,
    d.investment_grade_oas_bps - b.investment_grade as investment_grade_oas_change_13w_bps,
    d.baa_10y_spread_bps,
    d.baa_10y_spread_bps - b.baa as baa_10y_spread_change_13w_bps,
    coalesce(high_yield_oas_change_13w_bps, baa_10y_spread_change_13w_bps) as credit_spread_change_13w_bps,
    case
        when high_yield_oas_change_13w_bps is not null then 'high_yield_oas'
        when baa_10y_spread_change_13w_bps is not null then 'baa_10y_spread'
    end as credit_spread_source,
    greatest(d.known_at, b.known_at) as known_at
from daily as d
asof left join filled as b on b.date <= d.date - 91
