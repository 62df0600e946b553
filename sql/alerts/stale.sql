-- tells: The next value of a source was due and has not come.
-- over: told
select
    source as subject,
    upstream as source,
    'warning' as severity,
    source || coalesce(
        format(' has nothing newer than {}; the next value was due by {} UTC', newest_period, to_the_minute(expected_by)),
        ' has no value at all'
    ) as message
from quality.freshness
where is_stale
