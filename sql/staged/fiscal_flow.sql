with in_force as (
    select *
    from facts.fiscal_flow
    where known_at <= as_of()
    qualify row_number() over (
        partition by record_date, transaction_type, category, detail order by vintage_order(known_at) desc
    ) = 1
)
select
    f.record_date as date,
    f.transaction_type,
    c.concept,
    sum(round(f.value * u.factor, 2)) as amount_usd,
    max(f.known_at) as known_at
from in_force as f
inner join reference.unit as u using (unit)
inner join reference.fiscal_category as c
    on c.transaction_type = f.transaction_type
    and c.category = f.category
    and c.detail in (f.detail, '*')
group by f.record_date, f.transaction_type, c.concept
