-- table: facts.candle
-- severity: warning
-- expects: What a dated future is and when it expires is known, and no candle of it opened after that.
select f.venue, f.symbol, f.opened_at, c.expires_at
from facts.candle as f
left join facts.contract_specification as c using (venue, symbol)
where f.market = 'future' and (c.expires_at is null or f.opened_at >= c.expires_at)
