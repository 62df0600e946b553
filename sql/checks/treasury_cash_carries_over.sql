-- table: staged.treasury_cash
-- severity: warning
-- expects: A closing balance is the next statement's opening balance, within 2 million.
select *
from (
    select *, lag(close_usd) over (order by date) as previous_close_usd, lag(date) over (order by date) as previous_date
    from staged.treasury_cash
)
where date - previous_date <= 5 and abs(open_usd - previous_close_usd) > 2e6
