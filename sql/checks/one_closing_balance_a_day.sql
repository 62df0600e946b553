-- table: facts.observation
-- severity: critical
-- expects: Each statement with an opening balance has a closing balance.
select distinct o.period
from facts.observation as o
anti join (from facts.observation where series_id = 'DTS_TGA_CLOSE') as c using (period)
where o.series_id = 'DTS_TGA_OPEN'
