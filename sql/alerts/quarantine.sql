-- tells: Values were not believed in the last 7 days of replies. A reply refused as a whole is a sentinel's.
-- over: silent
select
    q.source || ' ' || q.first_seen_at::date as subject,
    coalesce(any_value(s.upstream), q.source) as source,
    'warning' as severity,
    format(
        '{}: {} not believed, as of {} UTC; {}={}: {}',
        q.source,
        if(count(*) = 1, '1 value', count(*) || ' values'),
        to_the_minute(max(q.first_seen_at)),
        min_by(q.field, q.locator), min_by(q.value, q.locator), min_by(q.reason, q.locator)
    ) as message
from quality.quarantine as q
left join reference.series as s on s.series_id = q.source
anti join quality.sentinel as n on n.landed_id = q.landed_id and n.kind = 'refused_reply'
where q.first_seen_at > (select max(received_at) - interval 7 days from facts.landed)
group by q.source, q.first_seen_at::date
