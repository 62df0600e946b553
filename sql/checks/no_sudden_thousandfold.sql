-- table: staged.series
-- severity: critical
-- expects: A series that is always positive does not change 500 times over from one value to the next.
select *
from (
    select s.series_id, s.period, s.value, lag(s.value) over (partition by s.series_id order by s.period) as previous
    from staged.series as s
    inner join reference.series as r on r.series_id = s.series_id and r.low > 0
)
where value / nullif(previous, 0) not between 0.002 and 500
