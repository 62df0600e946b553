-- table: facts.candle
-- severity: warning
-- expects: Candles are quoted in what counts as a dollar; others are in no price or volume.
select f.venue, f.symbol, f.quote, count(*) as candles
from facts.candle as f
anti join reference.coin as q on q.symbol = f.quote and q.is_dollar
group by all
