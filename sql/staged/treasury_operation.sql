with in_force as (
    select *
    from facts.treasury_operation
    where known_at <= as_of()
    qualify row_number() over (partition by operation_id, operation_date order by known_at desc) = 1
)
select
    operation_date,
    operation_id,
    if(direction = 'P', 'purchase', 'sale') as operation,
    if(operation_type like '%Bill%', 'bills', 'coupons') as security,
    settlement_date,
    if(direction = 'P', par_accepted_usd, -par_accepted_usd) as par_usd,
    known_at
from in_force
where status = 'Results' and par_accepted_usd is not null and settlement_date is not null
