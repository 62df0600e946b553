-- table: metrics.reconciliation
-- severity: warning
-- expects: FRED and Yahoo tell the same close of an index.
select *
from metrics.reconciliation
where name = 'index_close' and not is_within
