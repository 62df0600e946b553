-- A figure that was taken back is none.
with in_force as (
    select *
    from facts.exchange_reserve
    where known_at <= as_of()
    qualify row_number() over (partition by symbol, date order by vintage_order(known_at) desc) = 1
)
select symbol, date, reserve_coin, source, known_at
from in_force
where reserve_coin is not null
