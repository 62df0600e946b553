-- The ten coins with the largest volume over the 30 days up to a Saturday are bought at the Sunday's close and held to
-- the next such Sunday. One that stops trading is held at its last close until then, and is not bought again.
with reported as (
    select
        regexp_extract(series_id, '^YAHOO_(.+)_USD_VOLUME$', 1) as symbol, period as date, value as volume_usd, known_at
    from staged.series
    where symbol <> ''
), traded as (
    select
        p.*,
        count(p.spot_volume_usd) over month as venue_days,
        -- To the cent: the last bits of a mean over a window depend on what other rows there are.
        round(avg(p.spot_volume_usd) over month, 2) as venue_volume_usd,
        count(r.volume_usd) over month as reported_days,
        round(avg(r.volume_usd) over month, 2) as reported_volume_usd,
        greatest(p.known_at, max(p.known_at) over month) as with_volume_known_at,
        max(r.known_at) over month as with_reported_known_at
    from metrics.crypto_price as p
    anti join (from reference.coin where not is_altcoin) as excluded using (symbol)
    left join reported as r using (symbol, date)
    window month as (
        partition by symbol order by date range between interval 30 days preceding and interval 1 day preceding
    )
), coins as (
    -- All coins of a day are ranked by the same kind of volume: the venues' where three coins have it.
    select
        * exclude (with_volume_known_at),
        count(*) filter (venue_days >= 20) over (partition by date) >= 3 as has_venues,
        case
            when has_venues and venue_days >= 20 then venue_volume_usd
            when not has_venues and reported_days >= 20 then reported_volume_usd
        end as volume_30d_usd,
        greatest(with_volume_known_at, case when not has_venues then with_reported_known_at end) as with_volume_known_at
    from traded
), days as (
    select
        date,
        max(with_volume_known_at) as known_at,
        -- With under half of the coins of the week there, closes are missing: nothing is bought or sold.
        isodow(date) = 7 and 2 * count(*) >= coalesce(max(count(*)) over week, 0) as is_sunday
    from coins
    group by date
    window week as (order by date range between interval 6 days preceding and interval 1 day preceding)
), members as (
    select date as bought_on, symbol, close_usd as bought_at_usd, market_cap_usd, s.known_at
    from coins
    inner join days as s using (date)
    where s.is_sunday and volume_30d_usd is not null
    qualify count(*) over (partition by date) >= 3
        and row_number() over (partition by date order by volume_30d_usd desc, symbol) <= 10
), ranked as (
    -- Largest first: a cap share above a quarter, once those above have their quarter, is cut to it.
    select
        *,
        count(*) over basket as n,
        rank() over largest as place,
        (1 - 0.25 * (place - 1)) * market_cap_usd / sum(market_cap_usd) over rest as share,
        count(market_cap_usd) over basket = n as knows_caps
    from members
    window
        basket as (partition by bought_on),
        largest as (partition by bought_on order by market_cap_usd desc, symbol),
        rest as (largest rows between current row and unbounded following)
), capped as (
    select *, n >= 4 and bool_and(share > 0.25) over largest as is_capped
    from ranked
    window largest as (partition by bought_on order by market_cap_usd desc, symbol)
), weights as (
    select
        *,
        count(*) filter (is_capped) over basket as number_capped,
        case
            when knows_caps and is_capped then 0.25
            when knows_caps then
                (1 - 0.25 * number_capped) * market_cap_usd / sum(market_cap_usd) filter (not is_capped) over basket
        end as weight
    from capped
    window basket as (partition by bought_on)
), baskets as (
    select bought_on, max(known_at) as known_at
    from weights
    group by bought_on
), held as (
    select d.date, b.bought_on, b.known_at
    from days as d
    asof join baskets as b on b.bought_on < d.date
    union all
    select min(bought_on), min(bought_on), arg_min(known_at, bought_on)
    from baskets
    having count(*) > 0
), valued as (
    select
        h.date,
        w.symbol,
        w.weight,
        c.close_usd is null as is_carried,
        last_value(c.close_usd ignore nulls) over (partition by h.bought_on, w.symbol order by h.date)
            as last_close_usd,
        coalesce(last_close_usd, w.bought_at_usd) / nullif(w.bought_at_usd, 0) as growth,
        greatest(h.known_at, c.known_at) as known_at
    from held as h
    inner join weights as w using (bought_on)
    left join coins as c on c.symbol = w.symbol and c.date = h.date
), grown as (
    select
        date,
        avg(growth order by symbol) as equal_growth,
        case when count(weight) = count(*) then sum(weight * growth order by symbol) end as cap_growth,
        string_agg(symbol, ', ' order by symbol) as members,
        count(*) as member_count,
        count(*) filter (is_carried) as carried_members,
        date in (select bought_on from baskets) as is_bought_on,
        max(known_at) as known_at
    from valued
    group by date
), chained as (
    select
        *,
        coalesce(product(equal_growth) filter (is_bought_on) over before, 1) as equal_start,
        coalesce(product(cap_growth) filter (is_bought_on) over before, 1) as cap_start,
        count(cap_growth) over before > 0 as has_caps_before,
        max(known_at) over so_far as latest_known_at
    from grown
    window
        before as (order by date rows between unbounded preceding and 1 preceding),
        so_far as (order by date rows between unbounded preceding and current row)
)
select
    date,
    100 * equal_start * equal_growth as equal_weighted,
    -- Once there are caps, a day without them ends the chain: what follows is not known.
    case when not bool_or(cap_growth is null and has_caps_before) over so_far then 100 * cap_start * cap_growth end
        as cap_weighted,
    members,
    member_count,
    carried_members,
    latest_known_at as known_at
from chained
window so_far as (order by date rows between unbounded preceding and current row)
