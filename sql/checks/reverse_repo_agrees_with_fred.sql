-- table: metrics.reconciliation
-- severity: critical
-- expects: Overnight reverse repo from operations is FRED's RRPONTSYD.
select *
from metrics.reconciliation
where name = 'reverse_repo' and not is_within
