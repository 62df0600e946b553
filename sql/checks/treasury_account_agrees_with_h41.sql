-- table: metrics.reconciliation
-- severity: warning
-- expects: The Treasury's own closing balance is the one in H.4.1, on Wednesday and as the mean of its week.
select *
from metrics.reconciliation
where name like 'treasury_account%' and not is_within
