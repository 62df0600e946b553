select
    venue,
    symbol,
    market,
    base,
    quote,
    settle,
    contract_size,
    size_unit,
    valid_from,
    expires_at,
    known_at
from facts.contract_specification
where known_at <= as_of()
qualify row_number() over (partition by venue, symbol order by valid_from desc, vintage_order(known_at) desc) = 1
