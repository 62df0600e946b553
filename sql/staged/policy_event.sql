select event_date, category, title, value, unit, status, known_at
from facts.policy_event
where known_at <= as_of()
qualify row_number() over (partition by event_date, category, title order by vintage_order(known_at) desc) = 1
