-- table: metrics.dated_future
-- severity: warning
-- expects: In its last week a future is within 2 % of spot, at which it is settled.
select venue, symbol, date, days_to_expiry, basis_pct
from metrics.dated_future
where days_to_expiry <= 7 and abs(basis_pct) > 2
