with in_force as (
    select *
    from facts.repo_operation
    where known_at <= as_of()
    qualify row_number() over (
        partition by operation_id, operation_date, operation_type order by vintage_order(known_at) desc
    ) = 1
), counted as (
    select *
    from in_force
    where status = 'Results'
        and accepted_usd is not null
        and not is_small_value
        and term ilike 'overnight'
        -- Operations for foreign official accounts stand beside the domestic facilities.
        and coalesce(note, '') not ilike '%foreign%'
        -- Repo before the standing facility opened was offered at the Desk's choice.
        and (operation_type = 'Reverse Repo' or operation_date >= date '2021-07-29')
)
select
    operation_date as date,
    sum(accepted_usd) filter (operation_type = 'Reverse Repo') as reverse_repo_usd,
    sum(accepted_usd) filter (operation_type = 'Repo') as standing_repo_usd,
    max(maturity_date) filter (operation_type = 'Repo') as standing_repo_matures_on,
    max(known_at) as known_at
from counted
group by operation_date
