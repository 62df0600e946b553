-- tells: A check does not hold; a critical one blocks publishing.
-- over: told
select
    table_name || ': ' || expectation as subject,
    table_name as source,
    severity,
    format(
        '{}: {} ({}{}; judged {} UTC){}',
        table_name,
        expectation,
        if(unexpected_count = 1, '1 row breaks it', unexpected_count || ' rows break it'),
        coalesce(', for example ' || left(replace(translate(sample ->> '$[0]', '"{}', ''), ',', ', '), 150), ''),
        to_the_minute(known_at),
        if(severity = 'critical', ': nothing is published until it holds', '')
    ) as message
from (from quality.result qualify known_at = max(known_at) over (partition by table_name))
where not passed
