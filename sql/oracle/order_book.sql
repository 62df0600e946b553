-- What books say of liquidity, in plain SQL over the same list columns: the oracle of warehouse.books.kernel.
-- Reads a relation `book`; one row per book. Distances and amounts count as equal within one part in a billion.
with numbered as (
    select *, row_number() over () as n, (bid_px[1] + ask_px[1]) / 2 as mid from book
),
side as (
    select n, 'bid' as side, bid_px as px, bid_qty as qty, * exclude (n) from numbered
    union all
    select n, 'ask', ask_px, ask_qty, * exclude (n) from numbered
),
valued as (
    select n, side, mid, quote_usd,
        abs(px[-1] - mid) as span, "limit" = 0 as is_whole,
        list_transform(px, lambda p: abs(p - mid)) as away,
        list_transform(list_zip(px, qty), lambda l: {
            'notional': l[2] * contract_size * if(size_unit = 'base', l[1], 1),
            'coins': l[2] * contract_size / if(size_unit = 'base', 1, l[1])
        }) as levels,
        px
    from side
),
near as (
    select n, side, band,
        case when is_whole or span * (1 + 1e-9) >= mid * band / 1e4 then
            coalesce(list_sum(list_transform(
                list_filter(list_zip(away, levels), lambda l: l[1] <= mid * band / 1e4 * (1 + 1e-9)),
                lambda l: l[2].notional
            )), 0)
        end as notional,
        quote_usd
    from valued, (values (10), (25), (50), (100), (200)) width (band)
),
level as (
    select n, side, mid, quote_usd, unnest(px) as px, unnest(levels) as amount, generate_subscripts(px, 1) as nth
    from valued
),
running as (
    select *, coalesce(sum(amount.notional) over before, 0) as notional, coalesce(sum(amount.coins) over before, 0) as coins
    from level
    window before as (partition by n, side order by nth rows between unbounded preceding and 1 preceding)
),
slippage as (
    select n, side, usd,
        arg_min(
            abs(usd / quote_usd / (coins + (usd / quote_usd - notional) / px) / mid - 1) * 1e4,
            nth
        ) as bps
    from running, (values (100000), (1000000)) size (usd)
    where (notional + amount.notional) * (1 + 1e-9) >= usd / quote_usd
    group by all
),
depth as (
    select n,
        max(notional * quote_usd) filter (side = 'bid' and band = 10) as depth_bid_10bps_usd,
        max(notional * quote_usd) filter (side = 'bid' and band = 25) as depth_bid_25bps_usd,
        max(notional * quote_usd) filter (side = 'bid' and band = 50) as depth_bid_50bps_usd,
        max(notional * quote_usd) filter (side = 'bid' and band = 100) as depth_bid_100bps_usd,
        max(notional * quote_usd) filter (side = 'bid' and band = 200) as depth_bid_200bps_usd,
        max(notional * quote_usd) filter (side = 'ask' and band = 10) as depth_ask_10bps_usd,
        max(notional * quote_usd) filter (side = 'ask' and band = 25) as depth_ask_25bps_usd,
        max(notional * quote_usd) filter (side = 'ask' and band = 50) as depth_ask_50bps_usd,
        max(notional * quote_usd) filter (side = 'ask' and band = 100) as depth_ask_100bps_usd,
        max(notional * quote_usd) filter (side = 'ask' and band = 200) as depth_ask_200bps_usd,
        max(notional) filter (side = 'bid' and band = 50) as bid,
        max(notional) filter (side = 'ask' and band = 50) as ask
    from near
    group by all
),
cost as (
    select n,
        max(bps) filter (side = 'ask' and usd = 100000) as slippage_buy_100k_bps,
        max(bps) filter (side = 'ask' and usd = 1000000) as slippage_buy_1m_bps,
        max(bps) filter (side = 'bid' and usd = 100000) as slippage_sell_100k_bps,
        max(bps) filter (side = 'bid' and usd = 1000000) as slippage_sell_1m_bps
    from slippage
    group by all
)
select n, mid,
    (ask_px[1] - bid_px[1]) / mid * 1e4 as spread_bps,
    (bid_px[1] * ask_qty[1] + ask_px[1] * bid_qty[1]) / (bid_qty[1] + ask_qty[1]) as microprice,
    depth.* exclude (n, bid, ask),
    if(bid + ask > 0, (bid - ask) / (bid + ask), null) as imbalance_50bps,
    cost.* exclude (n),
    least(mid - bid_px[-1], ask_px[-1] - mid) / mid * 1e4 as covered_bps
from numbered join depth using (n) left join cost using (n)
order by n
