-- Both closes are of the 00:00 UTC that ends the day, and in the same currency: a future in USDT is compared with spot
-- in USDT, one settled in coins with spot in USD. Spot is the middle one of the venues that quote in it.
with spots as (
    select base, quote, date, median(close_usd) as close_usd, max(known_at) as known_at
    from staged.candle
    where market = 'spot' and interval = '1d'
    group by all
), futures as (
    select
        f.venue,
        f.symbol,
        f.date,
        f.base,
        c.settle,
        c.expires_at,
        date_diff('second', (f.date + 1)::timestamp at time zone 'UTC', c.expires_at) / 86400 as days_to_expiry,
        f.close_usd,
        s.close_usd as spot_close_usd,
        f.close_usd / nullif(s.close_usd, 0) as ratio,
        f.volume_usd,
        greatest(f.known_at, c.known_at, s.known_at) as known_at
    from staged.candle as f
    inner join staged.contract as c using (venue, symbol)
    inner join spots as s on s.base = f.base and s.quote = f.quote and s.date = f.date
    where f.market = 'future' and f.interval = '1d'
)
select
    venue,
    symbol,
    date,
    base,
    settle,
    expires_at,
    days_to_expiry,
    close_usd,
    spot_close_usd,
    100 * (ratio - 1) as basis_pct,
    100 * (ratio - 1) * 365 / nullif(days_to_expiry, 0) as annualised_simple_pct,
    nullif(100 * (ratio ** (365 / nullif(days_to_expiry, 0)) - 1), 'inf') as annualised_compounded_pct,
    volume_usd,
    known_at
from futures
where days_to_expiry > 0
