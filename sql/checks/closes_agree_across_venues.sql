-- table: metrics.reconciliation
-- severity: warning
-- expects: Every market's daily close of a coin is near the median of all.
select *
from metrics.reconciliation
where name = 'daily_close' and not is_within
