-- table: facts.fiscal_flow
-- severity: critical
-- expects: Every statement line is in the crosswalk, so that no concept is short of it.
select distinct f.transaction_type, f.category, f.detail
from facts.fiscal_flow as f
anti join reference.fiscal_category as c
    on c.transaction_type = f.transaction_type and c.category = f.category and c.detail in (f.detail, '*')
