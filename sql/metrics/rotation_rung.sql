-- From the safest rung to the riskiest. Bills bought 13 weeks ago earned the yield known then.
with ladder (rung, asset) as (
    values (1, 'UST'), (2, 'LQD'), (3, 'HYG'), (4, 'SPY'), (5, 'IWM'), (6, 'BTC'), (7, 'ETH'), (8, 'ALT')
), rungs as (
    select
        w.week_ending,
        l.rung,
        l.asset,
        w.change_1w,
        exp(w.change_13w) - 1 as return_13w,
        case when count(*) over half_year = 26 then w.level >= max(w.level) over half_year end as is_high_26w,
        w.known_at
    from metrics.weekly_return as w
    inner join ladder as l on l.asset = w.measure
    window half_year as (
        partition by l.rung order by w.week_ending range between interval 175 days preceding and current row
    )
), compared as (
    select
        *,
        first(return_13w) over four_weeks as return_13w_4w_before,
        min(week_ending) filter (is_high_26w) over half_year as first_high_26w_week,
        max(known_at) over half_year as latest_known_at
    from rungs
    window
        weeks as (partition by rung order by week_ending),
        four_weeks as (weeks range between interval 28 days preceding and interval 28 days preceding),
        half_year as (weeks range between interval 175 days preceding and current row)
)
select
    c.week_ending,
    c.rung,
    c.asset,
    c.change_1w,
    c.return_13w,
    c.return_13w_4w_before,
    b.level / 100 * 91 / 365 as treasury_bill_return_13w,
    c.is_high_26w,
    c.first_high_26w_week,
    greatest(c.latest_known_at, b.known_at) as known_at
from compared as c
left join metrics.weekly_return as b
    on b.measure = 'treasury_bill_3m' and b.week_ending = c.week_ending - 91
