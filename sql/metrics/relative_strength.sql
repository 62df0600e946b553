with pairs (pair, numerator, denominator) as (
    values
        ('russell_2000/nasdaq_composite', 'russell_2000', 'nasdaq_composite'),
        ('russell_2000/sp_500', 'russell_2000', 'sp_500'),
        ('nasdaq_composite/sp_500', 'nasdaq_composite', 'sp_500')
), ratios as (
    -- A close of the index is known with all of its history, so a ratio's known_at covers what is compared with it.
    select p.pair, n.date, n.close / nullif(d.close, 0) as ratio, greatest(n.known_at, d.known_at) as known_at
    from pairs as p
    inner join metrics.equity_index as n on n.index_id = p.numerator
    inner join metrics.equity_index as d on d.index_id = p.denominator and d.date = n.date
), ranked as (
    select
        *,
        case when count(*) over year >= 200 then cume_dist(order by ratio) over year end as percentile_52w
    from ratios
    window year as (partition by pair order by date range between interval 363 days preceding and current row)
)
select
    r.pair,
    r.date,
    r.ratio,
    case when b.date >= r.date - 98 then ln(r.ratio / b.ratio) end as log_change_13w,
    r.percentile_52w,
    r.known_at
from ranked as r
asof left join ratios as b on b.pair = r.pair and b.date <= r.date - 91
