-- table: metrics.open_interest
-- severity: warning
-- expects: Every venue of a coin's open interest a day before is still in its newest.
select n.symbol, n.observed_at, p.observed_at as observed_before, p.venues as venues_before, n.venues
from (from metrics.open_interest qualify row_number() over (partition by symbol order by observed_at desc) = 1) as n
asof join metrics.open_interest as p on p.symbol = n.symbol and p.observed_at <= n.observed_at - interval 24 hours
where not list_has_all(string_split(n.venues, ', '), string_split(p.venues, ', '))
