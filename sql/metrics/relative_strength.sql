with pairs (pair, numerator, denominator) as (
    values
        ('russell_2000/nasdaq_composite', 'russell_2000', 'nasdaq_composite'),
        ('russell_2000/sp_500', 'russell_2000', 'sp_500'),
        ('nasdaq_composite/sp_500', 'nasdaq_composite', 'sp_500')
), ratios as (
    select p.pair, n.date, n.close / nullif(d.close, 0) as ratio, greatest(n.known_at, d.known_at) as known_at
    from pairs as p
    inner join metrics.equity_index as n on n.index_id = p.numerator
    inner join metrics.equity_index as d on d.index_id = p.denominator and d.date = n.date
), ranks as (
    select a.pair, a.date, count_if(b.ratio <= a.ratio) / count(*) as share, count(*) as sessions
    from ratios as a
    inner join ratios as b on b.pair = a.pair and b.date between a.date - 363 and a.date
    group by a.pair, a.date
)
select
    r.pair,
    r.date,
    r.ratio,
    ln(r.ratio / b.ratio) as log_change_13w,
    case when k.sessions >= 200 then k.share end as percentile_52w,
    r.known_at
from ratios as r
inner join ranks as k using (pair, date)
asof left join ratios as b on b.pair = r.pair and b.date <= r.date - 91
