-- table: staged.treasury_cash
-- severity: critical
-- expects: Opening balance plus deposits less withdrawals is the closing balance, within 2 million.
select *
from staged.treasury_cash
where abs(open_usd + deposits_usd - withdrawals_usd - close_usd) > 2e6
