-- table: staged.fiscal_flow
-- severity: warning
-- expects: The flows of a statement add up to its total deposits and withdrawals, within 10 million and 1 million a concept.
select
    f.date,
    f.transaction_type,
    sum(f.amount_usd) as flows_usd,
    any_value(if(f.transaction_type = 'Deposits', c.deposits_usd, c.withdrawals_usd)) as total_usd
from staged.fiscal_flow as f
inner join staged.treasury_cash as c using (date)
group by f.date, f.transaction_type
having abs(flows_usd - total_usd) > 1e6 * (10 + count(*))
