-- table: facts.observation
-- severity: critical
-- expects: Each statement day has exactly one closing balance.
select o.period, count(*) filter (c.series_id is not null) as closing_balances
from (select distinct period from facts.observation where series_id = 'DTS_TGA_OPEN') as o
left join (
    select series_id, period, landed_id, locator
    from facts.observation
    where series_id = 'DTS_TGA_CLOSE'
    qualify row_number() over (partition by period order by known_at desc) = 1
) as c using (period)
group by o.period
having closing_balances <> 1
