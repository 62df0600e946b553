-- tells: An open day is missing in the last 7 days of data.
-- over: silent
select
    if(g.key = '', g.table_name, g.key) || ' ' || g.from_period as subject,
    coalesce(s.upstream, g.table_name) as source,
    'warning' as severity,
    format(
        '{}: nothing for {}{}, though later values came', if(g.key = '', g.table_name, g.key), g.from_period,
        if(g.to_period = g.from_period, '', ' to ' || g.to_period)
    ) as message
from quality.gap as g
left join reference.series as s on s.series_id = g.key
where g.reason = 'missing'
    and g.to_period > (select max(newest_period) - 7 from quality.freshness)
