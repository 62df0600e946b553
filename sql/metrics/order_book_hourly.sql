-- Medians of the hour's spot books by venue; then depth is summed and spread and slippage are the middle venue's.
-- What was to be had of a venue is what captures asked it for; an hour that no capture counted is not told.
with polled as (
    -- A book that is too thin for the amount counts as dearer than any; one that ends before a band says nothing of it.
    select
        base as symbol,
        venue,
        symbol as instrument,
        date_trunc('hour', observed_at) as hour,
        max(known_at) as known_at,
        [
            {'metric': 'spread', 'value': median(spread_bps), 'share': count(spread_bps) / count(*)},
            {'metric': 'buy_100k', 'value': median(coalesce(slippage_buy_100k_bps, 'inf')), 'share': 1.0},
            {'metric': 'buy_1m', 'value': median(coalesce(slippage_buy_1m_bps, 'inf')), 'share': 1.0},
            {'metric': 'sell_100k', 'value': median(coalesce(slippage_sell_100k_bps, 'inf')), 'share': 1.0},
            {'metric': 'sell_1m', 'value': median(coalesce(slippage_sell_1m_bps, 'inf')), 'share': 1.0},
            {
                'metric': 'depth_10',
                'value': median(depth_bid_10bps_usd + depth_ask_10bps_usd),
                'share': count(depth_bid_10bps_usd + depth_ask_10bps_usd) / count(*)
            },
            {
                'metric': 'depth_25',
                'value': median(depth_bid_25bps_usd + depth_ask_25bps_usd),
                'share': count(depth_bid_25bps_usd + depth_ask_25bps_usd) / count(*)
            },
            {
                'metric': 'depth_50',
                'value': median(depth_bid_50bps_usd + depth_ask_50bps_usd),
                'share': count(depth_bid_50bps_usd + depth_ask_50bps_usd) / count(*)
            },
            {
                'metric': 'depth_100',
                'value': median(depth_bid_100bps_usd + depth_ask_100bps_usd),
                'share': count(depth_bid_100bps_usd + depth_ask_100bps_usd) / count(*)
            },
            {
                'metric': 'depth_200',
                'value': median(depth_bid_200bps_usd + depth_ask_200bps_usd),
                'share': count(depth_bid_200bps_usd + depth_ask_200bps_usd) / count(*)
            }
        ] as measures
    from metrics.order_book
    where market = 'spot' and seq_ok is not false
    group by all
), expected as (
    select
        split_part(c.symbol, '/', 1) as symbol,
        c.venue,
        c.symbol as instrument,
        c.hour,
        c.polls_served,
        c.polls_expected,
        greatest(c.known_at, p.known_at) as known_at,
        p.measures
    from staged.book_capture as c
    left join polled as p on p.venue = c.venue and p.instrument = c.symbol and p.hour = c.hour
    where c.market = 'spot'
), coverage as (
    select symbol, hour, sum(polls_served) / sum(polls_expected) as coverage_share, max(known_at) as known_at
    from expected
    group by all
    having sum(polls_expected) > 0
), measured as (
    select symbol, hour, venue, instrument, polls_served / polls_expected as served, unnest(measures, recursive := true)
    from expected
), combined as (
    -- Over the venues that served it in four of five polls; named, so that another set is not read as another depth.
    select
        symbol,
        hour,
        metric,
        nullif(
            case when metric like 'depth%' then sum(value order by venue, instrument) else median(value) end, 'inf'
        ) as value,
        string_agg(distinct venue, ', ' order by venue) as venues
    from measured
    where served * share >= 0.8
    group by symbol, hour, metric
), hours as (
    select
        c.symbol,
        c.hour,
        c.coverage_share,
        max(m.venues) filter (metric = 'spread') as venues,
        max(m.value) filter (metric = 'spread') as spread_bps,
        max(m.value) filter (metric = 'depth_10') as depth_10bps_usd,
        max(m.value) filter (metric = 'depth_25') as depth_25bps_usd,
        max(m.value) filter (metric = 'depth_50') as depth_50bps_usd,
        max(m.value) filter (metric = 'depth_100') as depth_100bps_usd,
        max(m.value) filter (metric = 'depth_200') as depth_200bps_usd,
        max(m.venues) filter (metric = 'depth_10') as depth_10bps_venues,
        max(m.venues) filter (metric = 'depth_25') as depth_25bps_venues,
        max(m.venues) filter (metric = 'depth_50') as depth_50bps_venues,
        max(m.venues) filter (metric = 'depth_100') as depth_100bps_venues,
        max(m.venues) filter (metric = 'depth_200') as depth_200bps_venues,
        max(m.value) filter (metric = 'buy_100k') as slippage_buy_100k_bps,
        max(m.value) filter (metric = 'buy_1m') as slippage_buy_1m_bps,
        max(m.value) filter (metric = 'sell_100k') as slippage_sell_100k_bps,
        max(m.value) filter (metric = 'sell_1m') as slippage_sell_1m_bps,
        c.known_at
    from coverage as c
    left join combined as m on m.symbol = c.symbol and m.hour = c.hour and c.coverage_share >= 0.8
    group by c.symbol, c.hour, c.coverage_share, c.known_at
), turnover as (
    select
        symbol,
        date,
        -- To the cent: the last bits of a mean over a window depend on what other rows there are.
        case when count(spot_volume_usd) over month >= 20 then round(avg(spot_volume_usd) over month, 2) end
            as volume_30d_usd,
        max(known_at) over month as known_at
    from metrics.crypto_price
    window month as (partition by symbol order by date range between interval 29 days preceding and current row)
), ratios as (
    select
        h.symbol,
        h.hour,
        h.depth_100bps_usd / nullif(t.volume_30d_usd, 0) as depth_to_volume,
        h.depth_100bps_venues,
        greatest(h.known_at, t.known_at) as known_at
    from hours as h
    inner join turnover as t on t.symbol = h.symbol and t.date = (h.hour at time zone 'UTC')::date - 1
    where depth_to_volume is not null
), ranked as (
    select
        symbol,
        hour,
        (rank(order by depth_to_volume) over own_past - 1) / (count(*) over own_past - 1) as thinness_percentile,
        max(known_at) over own_past as known_at
    from ratios
    window own_past as (
        partition by symbol, depth_100bps_venues, epoch(hour)::bigint // 3600 % 168
        order by hour range between interval 180 days preceding and current row
    )
    qualify count(*) over own_past > 13
)
select h.* exclude (known_at), r.thinness_percentile, greatest(h.known_at, r.known_at) as known_at
from hours as h
left join ranked as r using (symbol, hour)
