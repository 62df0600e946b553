-- Imports of one minute tell the same trades; one without its book has no middle.
select
    venue,
    market,
    symbol,
    minute,
    base,
    trades,
    volume_usd,
    signed_volume_usd,
    mid_open,
    mid_close,
    known_at
from facts.trade_minute
where known_at <= as_of()
qualify
    row_number() over (
        partition by venue, market, symbol, minute
        order by mid_open is not null and mid_close is not null desc, vintage_order(known_at) desc
    ) = 1
