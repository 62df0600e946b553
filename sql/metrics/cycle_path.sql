-- Half a year before and after the breakout of each cycle: each week there should be is a row, with a level or without.
with breakouts as (
    select date as event_date, known_at
    from metrics.equity_index
    where index_id = 'russell_2000' and is_drought_breakout
), cycles as (
    select cycle, event_date, timezone('UTC', (event_date + 1)::timestamp) as known_at
    from (values ('2016-17', date '2016-11-14'), ('2020-21', date '2020-11-13')) as earlier (cycle, event_date)
    where event_date < (select max(date) from metrics.asset_close)
    union all
    -- The newest breakout that is past both.
    select 'now', max(event_date), max(known_at)
    from breakouts
    where event_date > date '2021-11-12'
    having count(*) > 0
), weeks as (
    select
        c.cycle,
        c.event_date,
        c.event_date + (12 - isodow(c.event_date))::int % 7 as event_week_ending,
        o.weeks_from_event,
        event_week_ending + 7 * o.weeks_from_event::int as week_ending,
        a.asset,
        c.known_at
    from cycles as c
    cross join (select unnest(range(-26, 27)) as weeks_from_event) as o
    cross join (values ('russell_2000'), ('BTC'), ('ETH'), ('ALT')) as a (asset)
), levels as (
    select k.*, w.level, greatest(k.known_at, w.known_at) as latest_known_at
    from weeks as k
    left join metrics.weekly_return as w on w.measure = k.asset and w.week_ending = k.week_ending
)
select
    cycle,
    asset,
    weeks_from_event,
    event_date,
    event_week_ending,
    week_ending,
    level,
    ln(level / max(level) filter (weeks_from_event = 0) over path) as log_growth_since_event,
    (ln(level) - avg(ln(level)) over path) / nullif(stddev_samp(ln(level)) over path, 0) as zscore,
    max(latest_known_at) over path as known_at
from levels
window path as (
    -- In order, so that sums are the same to the last bit.
    partition by cycle, asset order by weeks_from_event rows between unbounded preceding and unbounded following
)
