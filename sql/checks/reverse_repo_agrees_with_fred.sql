-- table: staged.repo_day
-- severity: critical
-- expects: Overnight reverse repo from operations is FRED's RRPONTSYD, within 1 million.
select d.date, d.reverse_repo_usd, s.value as rrpontsyd_usd
from staged.repo_day as d
inner join staged.series as s on s.series_id = 'RRPONTSYD' and s.period = d.date
where abs(d.reverse_repo_usd - s.value) > 1e6
