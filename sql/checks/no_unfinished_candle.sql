-- table: facts.candle
-- severity: critical
-- expects: A candle is known, and was received, after its end.
select venue, symbol, interval, opened_at, known_at, received_at
from facts.candle
where least(known_at, received_at) < opened_at + if(interval = '1d', interval 1 day, interval 1 hour)
