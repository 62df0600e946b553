select
    t.date,
    t.close_usd as closing_balance_usd,
    t.close_usd - w4.close_usd as change_4w_usd,
    t.close_usd - w13.close_usd as change_13w_usd,
    -change_4w_usd as impulse_4w_usd,
    -change_13w_usd as impulse_13w_usd,
    t.close_usd - max(t.close_usd) over year as drawdown_from_52w_peak_usd,
    max(greatest(t.known_at, w4.known_at, w13.known_at)) over year as known_at
from staged.treasury_cash as t
asof left join staged.treasury_cash as w4 on w4.date <= t.date - 28
asof left join staged.treasury_cash as w13 on w13.date <= t.date - 91
window year as (order by t.date range between interval 364 days preceding and current row)
