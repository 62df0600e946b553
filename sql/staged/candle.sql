-- A quote in a dollar coin counts as dollars. Candles in any other currency are left out.
with in_force as (
    select *
    from facts.candle
    where known_at <= as_of()
    qualify row_number() over (partition by venue, symbol, interval, opened_at order by vintage_order(known_at) desc) = 1
)
select
    c.venue,
    c.market,
    c.symbol,
    c.interval,
    c.opened_at,
    (c.opened_at at time zone 'UTC')::date as date,
    c.base,
    c.quote,
    c.open as open_usd,
    c.high as high_usd,
    c.low as low_usd,
    c.close as close_usd,
    c.volume_base as volume_coin,
    c.volume_base * c.close as volume_usd,
    c.known_at
from in_force as c
inner join reference.coin as q on q.symbol = c.quote and q.is_dollar
