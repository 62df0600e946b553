-- tells: An upstream changed its ways: replies refused, history restated or shortened, a series stopped.
-- over: told
select
    replace(n.kind, '_', ' ') || ' ' || n.source as subject,
    coalesce(s.upstream, n.source) as source,
    'warning' as severity,
    format('{} {}: {} (seen {} UTC)', replace(n.kind, '_', ' '), n.source, n.detail, to_the_minute(n.detected_at))
        as message
from quality.sentinel as n
left join reference.series as s on s.series_id = n.source
where n.ended_at is null
