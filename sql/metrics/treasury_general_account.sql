-- A change starts from the last balance at or before its day, no more than a week before; a peak needs 200 balances.
with compared as (
    select
        t.date,
        t.close_usd as closing_balance_usd,
        case when w4.date >= t.date - 35 then t.close_usd - w4.close_usd end as change_4w_usd,
        case when w13.date >= t.date - 98 then t.close_usd - w13.close_usd end as change_13w_usd,
        case when count(*) over year >= 200 then t.close_usd - max(t.close_usd) over year end
            as drawdown_from_52w_peak_usd,
        greatest(
            t.known_at,
            case when change_4w_usd is not null then w4.known_at end,
            case when change_13w_usd is not null then w13.known_at end,
            case when drawdown_from_52w_peak_usd is not null then max(t.known_at) over year end
        ) as known_at
    from staged.treasury_cash as t
    asof left join staged.treasury_cash as w4 on w4.date <= t.date - 28
    asof left join staged.treasury_cash as w13 on w13.date <= t.date - 91
    window year as (order by t.date range between interval 364 days preceding and current row)
)
select *, -change_4w_usd as impulse_4w_usd, -change_13w_usd as impulse_13w_usd
from compared
