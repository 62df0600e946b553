"""Whether one thing leads another, by more than chance."""

from assets.claims.predicates.parts import TODAY, Fields, quoted


def lead_lag(fields: Fields) -> str:
    """Whether a driver leads a target. None found counts against it only where what matters would have been found."""
    sign = {"positive": "correlation", "negative": "-correlation", "either": "abs(correlation)"}
    wanted = fields.get("sign", "positive")
    if wanted not in sign:
        raise ValueError(f"sign must be one of {', '.join(sign)}, not {wanted!r}")
    low, high = fields.get("from_lag", 1), fields.get("to_lag", 26)
    alpha, matters = fields.get("alpha", 0.05), fields.get("smallest_that_matters", 0.2)
    return f"""with lags as (
    select *, {sign[wanted]} as strength from metrics.lead_lag
    where driver = {quoted(fields["driver"])} and target = {quoted(fields["target"])}
        and lag_weeks between {low} and {high}
), best as (
    select * from lags order by strength desc, lag_weeks limit 1
), weakest as (
    -- What the lag with the least power could have shown.
    select max(minimum_detectable_effect) as minimum_detectable_effect from lags
)
select
    case
    when b.n is null then 'unmeasurable'
    when b.last_week < {TODAY} - 183 then 'unmeasurable'
    when b.p_family_wise <= {alpha!r} and b.strength > 0 then 'supported'
    when w.minimum_detectable_effect <= {matters!r} then 'refuted'
    else 'unmeasurable'
    end as verdict,
    case
    when b.n is null then 'fewer than 104 weeks in common'
    when b.last_week < {TODAY} - 183 then 'the newest week is ' || b.last_week
    when verdict = 'unmeasurable' then 'none found, but only correlations of '
        || round(w.minimum_detectable_effect, 2) || ' and more would have been, and {matters!r} matters'
    end as reason,
    b.correlation, b.lag_weeks, b.p_family_wise, b.low_95, b.high_95, b.hac_t,
    w.minimum_detectable_effect, {matters!r} as smallest_that_matters,
    b.n, b.first_week as covered_from, b.last_week as covered_to
from weakest as w left join best as b on true"""
