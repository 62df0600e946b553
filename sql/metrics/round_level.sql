with steps (index_id, step) as (
    values ('russell_2000', 100), ('nasdaq_composite', 1000), ('sp_500', 100)
), ranges as (
    select index_id, step, arg_min(close, date) as first_close, max(close) as highest_close
    from metrics.equity_index
    inner join steps using (index_id)
    group by all
), levels as (
    select index_id, unnest(generate_series(step, highest_close::bigint, step))::double as level, first_close
    from ranges
)
select
    l.index_id,
    l.level,
    min(e.date) as first_close_date,
    arg_min(e.close, e.date) as close,
    arg_min(e.known_at, e.date) as known_at
from levels as l
-- A first close at or above a level is an all-time high, so only those days need to be looked at.
inner join metrics.equity_index as e
    on e.index_id = l.index_id and e.is_all_time_high and e.close >= l.level
where l.level > l.first_close
group by l.index_id, l.level
