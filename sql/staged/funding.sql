select
    venue,
    symbol,
    funded_at,
    base,
    rate,
    interval_hours,
    100 * rate * 8760 / nullif(interval_hours, 0) as annualised_simple_pct,
    nullif(100 * ((1 + rate) ** (8760 / nullif(interval_hours, 0)) - 1), 'inf') as annualised_compounded_pct,
    known_at
from facts.funding
where known_at <= as_of()
qualify row_number() over (partition by venue, symbol, funded_at order by vintage_order(known_at) desc) = 1
