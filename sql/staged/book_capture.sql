-- Captures of one hour add up.
select
    venue,
    market,
    symbol,
    hour,
    sum(polls_expected)::bigint as polls_expected,
    sum(polls_served)::bigint as polls_served,
    max(known_at) as known_at
from facts.book_capture
where known_at <= as_of()
group by all
