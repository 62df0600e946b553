-- table: metrics.reconciliation
-- severity: warning
-- expects: Open interest now counts the same as the newest point of its history.
select *
from metrics.reconciliation
where name = 'open_interest' and not is_within
