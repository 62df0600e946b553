-- table: metrics.net_liquidity_attribution
-- severity: critical
-- expects: The known contributions of a week sum to its change to the dollar, and every change has contributions.
select n.week_ending, n.change_1w_usd, coalesce(sum(a.contribution_usd), 0) as contributions_usd
from metrics.net_liquidity_attribution as a
right join metrics.net_liquidity as n using (week_ending)
where n.change_1w_usd is not null
group by n.week_ending, n.change_1w_usd
having count(a.component) = 0 or abs(contributions_usd - n.change_1w_usd) >= 1
