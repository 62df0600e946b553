-- table: metrics.net_liquidity_attribution
-- severity: critical
-- expects: The known contributions of a week sum to its change to the dollar.
select n.week_ending, n.change_1w_usd, sum(a.contribution_usd) as contributions_usd
from metrics.net_liquidity_attribution as a
inner join metrics.net_liquidity as n using (week_ending)
group by n.week_ending, n.change_1w_usd
having abs(contributions_usd - n.change_1w_usd) >= 1
