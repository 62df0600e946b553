with in_force as (
    select *
    from facts.treasury_operation
    where known_at <= as_of()
    qualify row_number() over (partition by operation_id, operation_date order by vintage_order(known_at) desc) = 1
)
select
    operation_date,
    operation_id,
    case when direction = 'P' then 'purchase' else 'sale' end as operation,
    case when operation_type like '%Bill%' then 'bills' else 'coupons' end as security,
    settlement_date,
    case when direction = 'P' then par_accepted_usd else -par_accepted_usd end as par_usd,
    known_at
from in_force
where status = 'Results' and par_accepted_usd is not null and settlement_date is not null
