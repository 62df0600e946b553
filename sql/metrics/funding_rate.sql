-- The last payment of the day before, of each perpetual with open interest at that moment, weighted by it.
with funded as (
    select
        o.base as symbol,
        o.observed_at,
        o.venue,
        o.symbol as instrument,
        o.open_interest_usd,
        f.annualised_simple_pct,
        f.annualised_compounded_pct,
        greatest(o.known_at, f.known_at) as known_at
    from staged.open_interest as o
    asof join staged.funding as f
        on f.venue = o.venue and f.symbol = o.symbol and f.funded_at <= o.observed_at
    where f.funded_at > o.observed_at - interval 24 hours
)
select
    symbol,
    observed_at,
    sum(annualised_simple_pct * open_interest_usd order by venue, instrument)
        / nullif(sum(open_interest_usd order by venue, instrument), 0) as annualised_simple_pct,
    case when count(annualised_compounded_pct) = count(*)
        then sum(annualised_compounded_pct * open_interest_usd order by venue, instrument)
            / nullif(sum(open_interest_usd order by venue, instrument), 0)
    end as annualised_compounded_pct,
    string_agg(distinct venue, ', ' order by venue) as venues,
    max(known_at) as known_at
from funded
group by symbol, observed_at
having annualised_simple_pct is not null
