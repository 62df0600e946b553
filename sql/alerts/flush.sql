-- tells: Open interest in coins and the price fell together, in the last 7 days of data.
-- over: silent
select
    symbol || ' ' || observed_at::date as subject,
    'metrics.leverage_flush' as source,
    'critical' as severity,
    format(
        '{}: open interest {} in coins and price {} in the 24 hours to {} UTC ({} and {})',
        symbol, reading(oi_coin_change_24h, 'fraction'), reading(price_change_24h, 'fraction'), to_the_minute(observed_at),
        reading(oi_zscore, 'standard deviations'), reading(price_zscore, 'standard deviations')
    ) as message
from metrics.leverage_flush
where is_flush and observed_at > (select max(observed_at) - interval 7 days from metrics.leverage_flush)
