-- Every drought-ending high of the Russell 2000 against every asset and horizon, also where nothing can be said.
-- The coin's close of that day is after the index's, so it could be bought once the event was known.
with events as (
    select 'russell_2000_drought_breakout' as event_set, date as event_date, known_at
    from metrics.equity_index
    where index_id = 'russell_2000' and is_drought_breakout
), assets (asset) as (
    values ('BTC'), ('ETH'), ('ALT')
), horizons (horizon_weeks) as (
    values (4), (8), (13), (26)
), wanted as (
    select *, event_date + 7 * horizon_weeks as horizon_date
    from events
    cross join assets
    cross join horizons
), newest as (
    select asset, max(date) as newest_date from metrics.asset_close group by asset
)
select
    w.event_set,
    w.event_date,
    w.asset,
    w.horizon_weeks,
    w.horizon_date,
    s.close as start_close,
    e.close as end_close,
    e.close / s.close - 1 as forward_return,
    case
        when forward_return is not null then null
        when s.close is null then 'no close on the day'
        when w.horizon_date > n.newest_date then 'not over yet'
        else 'no close at the end'
    end as reason,
    greatest(w.known_at, s.known_at, e.known_at) as known_at
from wanted as w
left join newest as n using (asset)
left join metrics.asset_close as s on s.asset = w.asset and s.date = w.event_date
left join metrics.asset_close as e on e.asset = w.asset and e.date = w.horizon_date
