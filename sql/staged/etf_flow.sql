-- A figure that was taken back is none.
with in_force as (
    select *
    from facts.etf_flow
    where known_at <= as_of()
    qualify row_number() over (partition by symbol, fund, date order by vintage_order(known_at) desc) = 1
)
select symbol, fund, date, net_flow_usd, aum_usd, known_at
from in_force
where net_flow_usd is not null
