-- A period with archived vintages is told by them, whatever the moment asked for: they show that the release rule dates
-- today's revised value too early, and to use it before them would look ahead.
with vintages as (
    select distinct series_id, period
    from facts.observation
    where known_at_basis = 'vintage'
), in_force as (
    select
        series_id,
        period,
        arg_max(value, vintage_order(known_at)) as published_value,
        arg_max(unit, vintage_order(known_at)) as unit,
        arg_max(known_at_basis, vintage_order(known_at)) as known_at_basis,
        min(known_at) as first_known_at,
        arg_max(known_at, vintage_order(known_at)) as known_at
    from facts.observation as o
    where known_at <= as_of()
        and (known_at_basis <> 'rule' or not exists (
            from vintages as v where v.series_id = o.series_id and v.period = o.period
        ))
    group by series_id, period
)
select
    series_id,
    period,
    -- Published decimals times a power of ten: rounding to the cent removes binary noise and nothing else.
    case when factor = 1 then published_value else round(published_value * factor, 2) end as value,
    u.plain_unit as unit,
    i.first_known_at,
    i.known_at,
    known_at_basis
from in_force as i
inner join reference.unit as u using (unit)
