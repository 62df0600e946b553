select
    month,
    issuer,
    agency_mbs_musd * 1e6 as agency_mbs_usd,
    end_balance_musd * 1e6 as end_balance_usd,
    known_at
from facts.gse_portfolio
where known_at <= as_of()
qualify row_number() over (partition by month, issuer order by vintage_order(known_at) desc) = 1
