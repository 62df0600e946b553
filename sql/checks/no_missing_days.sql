-- table: quality.gap
-- severity: warning
-- expects: Within a series every open day of its calendar has a value.
select *
from quality.gap
where reason = 'missing'
