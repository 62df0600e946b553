-- Each minute's own change of the middle, never one over a minute that is missing.
with minutes as (
    select
        venue,
        market,
        symbol,
        date_trunc('hour', minute) as hour,
        minute,
        1e4 * ln(mid_close / mid_open) as change_bps,
        signed_volume_usd / 1e6 as signed_musd,
        known_at
    from staged.trade_minute
), hours as (
    -- Squares and products of distances from the means, and from zero, of minutes that have both.
    select
        venue,
        market,
        symbol,
        hour,
        regr_count(change_bps, signed_musd)::bigint as minutes,
        regr_sxx(change_bps, signed_musd order by minute) as xx,
        regr_syy(change_bps, signed_musd order by minute) as yy,
        regr_sxy(change_bps, signed_musd order by minute) as xy,
        sum(signed_musd * signed_musd order by minute) filter (change_bps is not null) as xx_from_zero,
        sum(change_bps * signed_musd order by minute) as xy_from_zero,
        max(known_at) as known_at
    from minutes
    group by all
), fitted as (
    -- What is left of the changes is never negative but by rounding.
    select *, xy / xx as slope, greatest(yy - xy * xy / xx, 0) as unexplained
    from hours
    where minutes >= 30 and xx > 0
)
select
    h.venue,
    h.market,
    h.symbol,
    h.hour,
    h.minutes,
    f.slope as kyle_lambda_bps_per_musd,
    f.xy_from_zero / f.xx_from_zero as kyle_lambda_without_intercept_bps_per_musd,
    sqrt(f.unexplained / (f.minutes - 2) / f.xx) as kyle_lambda_standard_error_bps_per_musd,
    1 - f.unexplained / nullif(f.yy, 0) as r2,
    h.known_at
from hours as h
left join fitted as f using (venue, market, symbol, hour)
