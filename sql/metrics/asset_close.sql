-- One close per asset and day, as statistics use them: coins at the end of the UTC day, funds with their dividends.
with funds as (
    select
        regexp_extract(series_id, 'YAHOO_(.+)_ADJUSTED_CLOSE', 1) as asset,
        period as date,
        value as close,
        known_at
    from staged.series
    where series_id like 'YAHOO\_%\_ADJUSTED\_CLOSE' escape '\'
), closes as (
    select symbol as asset, 'coin' as kind, date, close_usd as close, close_venue as source, 1 as place, known_at
    from metrics.crypto_price
    union all
    -- For the years and days that no venue tells of; about 17:00 Pacific is the end of the UTC day.
    select case series_id when 'CBBTCUSD' then 'BTC' else 'ETH' end, 'coin', period, value, 'fred', 2, known_at
    from staged.series
    where series_id in ('CBBTCUSD', 'CBETHUSD')
    union all
    select 'ALT', 'altcoins', date, equal_weighted, 'altcoin_index', 1, known_at
    from metrics.altcoin_index
    union all
    select index_id, 'index', date, close, 'equity_index', 1, known_at
    from metrics.equity_index
    union all
    select asset, 'fund', date, close, 'yahoo', 1, known_at
    from funds
    union all
    -- Treasuries: half in 1 to 3 years, half in 7 to 10.
    select 'UST', 'fund', date, sqrt(s.close * i.close), 'yahoo', 1, greatest(s.known_at, i.known_at)
    from funds as s
    inner join funds as i using (date)
    where s.asset = 'SHY' and i.asset = 'IEF'
)
select
    asset,
    date,
    any_value(kind) as kind,
    arg_min(close, place) as close,
    arg_min(source, place) as source,
    arg_min(known_at, place) as known_at
from closes
where close > 0
group by asset, date
