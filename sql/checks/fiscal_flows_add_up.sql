-- table: staged.fiscal_flow
-- severity: warning
-- expects: The lines of a statement add up to its total deposits and withdrawals, within 1 million a line.
select f.date, f.transaction_type, f.lines_usd, if(f.transaction_type = 'Deposits', c.deposits_usd, c.withdrawals_usd) as total_usd
from (
    select date, transaction_type, sum(amount_usd) as lines_usd, count(*) as lines
    from staged.fiscal_flow
    group by all
) as f
inner join staged.treasury_cash as c using (date)
where abs(lines_usd - if(f.transaction_type = 'Deposits', c.deposits_usd, c.withdrawals_usd)) > 1e6 * (10 + lines)
