-- change = bills + coupons + mbs + other assets - account - reverse repo. Bills come from H.4.1, else from SOMA on the
-- same Wednesday. What a week's inputs cannot split is one component, unsplit, so that a week always adds up.
with holdings as (
    select
        period as week_ending,
        max(value) filter (series_id = 'TREAST') as treasuries_usd,
        max(value) filter (series_id = 'WSHOMCB') as mbs_usd,
        max(value) filter (series_id in ('WSHOBL', 'SOMA_BILLS')) as bills_usd,
        max(known_at) as known_at
    from (
        from staged.series
        where series_id in ('TREAST', 'WSHOMCB', 'WSHOBL', 'SOMA_BILLS')
        qualify series_id <> 'SOMA_BILLS' or not bool_or(series_id = 'WSHOBL') over (partition by period)
    )
    group by period
), weeks as (
    select
        w.* exclude (known_at),
        h.treasuries_usd,
        h.mbs_usd,
        h.bills_usd,
        greatest(w.known_at, h.known_at) as known_at
    from staged.liquidity_week as w
    left join holdings as h using (week_ending)
), contributions as (
    select
        n.week_ending,
        n.fed_assets_usd - p.fed_assets_usd as assets,
        n.bills_usd - p.bills_usd as treasury_bills,
        n.treasuries_usd - p.treasuries_usd - treasury_bills as treasury_coupons,
        n.mbs_usd - p.mbs_usd as mbs,
        assets - (n.treasuries_usd - p.treasuries_usd) - mbs as other_assets,
        p.tga_usd - n.tga_usd as tga,
        p.reverse_repo_usd - n.reverse_repo_usd as reverse_repo,
        case when treasury_coupons is null or other_assets is null
            then assets - coalesce(treasury_bills, 0) - coalesce(treasury_coupons, 0)
                - coalesce(mbs, 0) - coalesce(other_assets, 0)
        end as unsplit,
        greatest(n.known_at, p.known_at) as known_at
    from weeks as n
    inner join weeks as p on p.week_ending = n.week_ending - 7
    where assets + tga + reverse_repo is not null
)
select week_ending, component, contribution_usd, known_at
from contributions unpivot include nulls (
    contribution_usd for component
    in (treasury_bills, treasury_coupons, mbs, other_assets, tga, reverse_repo, unsplit)
)
where component <> 'unsplit' or contribution_usd is not null
