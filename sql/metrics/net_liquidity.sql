-- A week without an input has no net liquidity, and a change over a week that is not there is not known.
with levels as (
    select
        *,
        fed_assets_usd - tga_usd - reverse_repo_usd as net_liquidity_usd,
        fed_assets_usd - tga_wednesday_usd - reverse_repo_usd as net_liquidity_wednesday_usd
    from staged.liquidity_week
), changes as (
    select
        *,
        net_liquidity_usd - first(net_liquidity_usd) over one_week as change_1w_usd,
        net_liquidity_usd - first(net_liquidity_usd) over thirteen_weeks as change_13w_usd,
        greatest(known_at, first(known_at) over one_week, first(known_at) over thirteen_weeks) as changes_known_at
    from levels
    window
        one_week as (order by week_ending range between interval 7 days preceding and interval 7 days preceding),
        thirteen_weeks as (order by week_ending range between interval 91 days preceding and interval 91 days preceding)
), scores as (
    select
        *,
        -- Rounded: the last bits of a deviation over a window depend on what other rows there are.
        case when count(net_liquidity_usd) over before = 156
            then round(
                (net_liquidity_usd - avg(net_liquidity_usd) over before)
                / nullif(stddev_samp(net_liquidity_usd) over before, 0),
                9
            )
        end as zscore_156w,
        case when count(change_13w_usd) over before = 156
            then round(
                (change_13w_usd - avg(change_13w_usd) over before)
                / nullif(stddev_samp(change_13w_usd) over before, 0),
                9
            )
        end as impulse_zscore_156w,
        max(known_at) over before as levels_before_known_at,
        max(changes_known_at) over before as changes_before_known_at
    from changes
    window before as (order by week_ending range between interval 1092 days preceding and interval 7 days preceding)
)
select
    * exclude (known_at, changes_known_at, levels_before_known_at, changes_before_known_at),
    greatest(
        changes_known_at,
        case when zscore_156w is not null then levels_before_known_at end,
        case when impulse_zscore_156w is not null then changes_before_known_at end
    ) as known_at
from scores
