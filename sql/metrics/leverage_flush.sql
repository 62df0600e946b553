-- Robust z-scores: distance from the median of the 90 days before in median absolute deviations, scaled to a normal's
-- standard deviation. A change overlaps those of the 24 hours before it, so the days before end there. Coins of open
-- interest, so that a fall of the price alone is none.
with changes as (
    select
        *,
        ln(nullif(1 + open_interest_coin_change_24h, 0)) as oi_log_change,
        ln(nullif(1 + price_change_24h, 0)) as price_log_change
    from metrics.open_interest
), scores as (
    select
        symbol,
        observed_at,
        open_interest_coin_change_24h as oi_coin_change_24h,
        price_change_24h,
        change_venues as venues,
        case when count(oi_log_change) over before >= 60
            then (oi_log_change - median(oi_log_change) over before)
                / nullif(1.4826 * mad(oi_log_change) over before, 0)
        end as oi_zscore,
        case when count(price_log_change) over before >= 60
            then (price_log_change - median(price_log_change) over before)
                / nullif(1.4826 * mad(price_log_change) over before, 0)
        end as price_zscore,
        known_at,
        max(known_at) over before as before_known_at
    from changes
    window before as (
        partition by symbol order by observed_at
        range between interval 90 days preceding and interval 1 day preceding
    )
)
select
    * exclude (known_at, before_known_at),
    oi_zscore <= -3 and price_zscore <= -2 as is_flush,
    greatest(known_at, case when coalesce(oi_zscore, price_zscore) is not null then before_known_at end) as known_at
from scores
where oi_coin_change_24h is not null
