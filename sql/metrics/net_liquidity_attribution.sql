-- change = bills + coupons + mbs + other assets - account - reverse repo. Bills come from H.4.1, else from SOMA on the
-- same Wednesday. What a week's inputs cannot split is one component, unsplit, so that a week always adds up.
with weekly as (
    select
        period as week_ending,
        max(value) filter (series_id = 'WALCL') as assets,
        max(value) filter (series_id = 'TREAST') as treasuries,
        max(value) filter (series_id = 'WSHOMCB') as mbs,
        coalesce(
            max(value) filter (series_id = 'WSHOBL'),
            max(value) filter (series_id = 'SOMA_BILLS')
        ) as bills,
        max(known_at) as known_at
    from staged.series
    where series_id in ('WALCL', 'TREAST', 'WSHOMCB', 'WSHOBL', 'SOMA_BILLS')
    group by period
), moves as (
    select
        n.week_ending,
        w.assets - b.assets as assets,
        w.treasuries - b.treasuries as treasuries,
        w.mbs - b.mbs as mbs,
        w.bills - b.bills as bills,
        n.tga_usd - p.tga_usd as tga,
        n.reverse_repo_usd - p.reverse_repo_usd as reverse_repo,
        greatest(n.known_at, p.known_at, w.known_at, b.known_at) as known_at
    from metrics.net_liquidity as n
    inner join metrics.net_liquidity as p on p.week_ending = n.week_ending - 7
    inner join weekly as w on w.week_ending = n.week_ending
    inner join weekly as b on b.week_ending = n.week_ending - 7
    where n.change_1w_usd is not null
), contributions as (
    select
        week_ending,
        known_at,
        bills as treasury_bills,
        treasuries - bills as treasury_coupons,
        mbs,
        assets - treasuries - mbs as other_assets,
        -tga as tga,
        -reverse_repo as reverse_repo,
        case
            when other_assets is null then assets - coalesce(mbs, 0) - coalesce(bills + treasury_coupons, 0)
            when treasury_coupons is null then treasuries
        end as unsplit
    from moves
)
select week_ending, component, contribution_usd, known_at
from contributions unpivot include nulls (
    contribution_usd for component
    in (treasury_bills, treasury_coupons, mbs, other_assets, tga, reverse_repo, unsplit)
)
where component <> 'unsplit' or contribution_usd is not null
