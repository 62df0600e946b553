-- tells: A check does not hold; a critical one blocks publishing.
-- over: told
select
    table_name || ': ' || expectation as subject,
    table_name as source,
    severity,
    format(
        '{}: {} ({} rows break it{}; judged {} UTC){}',
        table_name, expectation, unexpected_count,
        if(coalesce(sample, '[]') = '[]', '', ', for example ' || left(sample, 200)),
        to_the_minute(known_at),
        if(severity = 'critical', ': nothing is published until it holds', '')
    ) as message
from (from quality.result qualify known_at = max(known_at) over (partition by table_name))
where not passed
