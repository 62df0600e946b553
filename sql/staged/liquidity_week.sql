-- WALCL and WDTGAL are Wednesday levels, WTREGEN the average of the week that ends that Wednesday; the reverse repo
-- is the last operation of that week, which is an earlier day's when the Wednesday is a holiday.
with weekly as (
    select
        period as week_ending,
        max(value) filter (series_id = 'WALCL') as fed_assets_usd,
        max(value) filter (series_id = 'WTREGEN') as tga_usd,
        max(value) filter (series_id = 'WDTGAL') as tga_wednesday_usd,
        max(known_at) as known_at
    from staged.series
    where series_id in ('WALCL', 'WTREGEN', 'WDTGAL')
    group by period
    having fed_assets_usd is not null
), reverse_repo as (
    select
        w.week_ending,
        arg_max(r.value, r.period) as reverse_repo_usd,
        arg_max(r.known_at, r.period) as known_at
    from weekly as w
    inner join staged.series as r
        on r.series_id = 'RRPONTSYD' and r.period between w.week_ending - 6 and w.week_ending
    group by w.week_ending
)
select
    w.week_ending,
    w.fed_assets_usd,
    w.tga_usd,
    w.tga_wednesday_usd,
    r.reverse_repo_usd,
    greatest(w.known_at, r.known_at) as known_at
from weekly as w
left join reverse_repo as r using (week_ending)
