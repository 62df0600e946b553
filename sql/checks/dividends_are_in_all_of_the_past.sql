-- table: staged.series
-- severity: warning
-- expects: A fund's adjusted close over its close never falls by 5 bps; a dividend lowers all that was before it.
select *
from (
    select
        a.series_id,
        a.period,
        a.value / c.value as factor,
        lag(a.value / c.value) over (partition by a.series_id order by a.period) as factor_before
    from staged.series as a
    inner join staged.series as c
        on c.series_id = replace(a.series_id, '_ADJUSTED_CLOSE', '_CLOSE') and c.period = a.period
    where a.series_id like '%\_ADJUSTED\_CLOSE' escape '\'
)
where factor < 0.9995 * factor_before
