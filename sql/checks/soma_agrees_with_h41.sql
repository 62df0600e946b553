-- table: metrics.reconciliation
-- severity: warning
-- expects: SOMA's Treasuries with inflation compensation, and its MBS, are those of H.4.1 on the same Wednesday.
select *
from metrics.reconciliation
where name like 'soma%' and not is_within
