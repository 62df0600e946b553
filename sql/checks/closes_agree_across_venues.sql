-- table: staged.candle
-- severity: warning
-- expects: A venue's daily close is the median of all markets in that coin on that day, within 2 percent.
select *
from (
    select venue, symbol, date, close_usd, median(close_usd) over (partition by base, date) as median_close_usd
    from staged.candle
    where interval = '1d'
)
where close_usd / nullif(median_close_usd, 0) not between 0.98 and 1.02
