-- table: staged.series
-- severity: warning
-- expects: SOMA Treasuries with inflation compensation are H.4.1's TREAST on the same Wednesday, within 1 million.
select s.period, sum(s.value) as soma_usd, any_value(h.value) as treast_usd
from staged.series as s
inner join staged.series as h on h.series_id = 'TREAST' and h.period = s.period
where s.series_id in ('SOMA_BILLS', 'SOMA_NOTES_BONDS', 'SOMA_TIPS', 'SOMA_TIPS_INFLATION_COMPENSATION', 'SOMA_FRN')
group by s.period
having abs(soma_usd - treast_usd) > 1e6
