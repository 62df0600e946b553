-- table: metrics.claim
-- severity: warning
-- expects: Every part of every claim can be scored.
select claim_id, part, error
from metrics.claim
where error is not null
