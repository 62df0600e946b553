-- table: staged.funding
-- severity: warning
-- expects: A funding interval is one that venues use, and does not begin before the payment that precedes it.
select *
from (
    select
        venue,
        symbol,
        funded_at,
        interval_hours,
        date_diff('minute', lag(funded_at) over (partition by venue, symbol order by funded_at), funded_at) / 60
            as hours_since_previous
    from staged.funding
)
where interval_hours not in (1, 2, 4, 6, 8, 12, 24) or hours_since_previous < interval_hours
