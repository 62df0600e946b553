-- A sum over fewer funds is another number: a day is known when every fund has it that had one of the week before.
with flows as (
    select *, lead(date) over (partition by symbol, fund order by date) as next_date
    from staged.etf_flow
), days as (
    select
        symbol,
        date,
        sum(net_flow_usd order by fund) as told_flow_usd,
        string_agg(fund, ', ' order by fund) as funds,
        case when count(aum_usd) = count(*) then sum(aum_usd order by fund) end as told_aum_usd,
        max(known_at) as known_at
    from flows
    group by symbol, date
), lacking as (
    select distinct d.symbol, d.date
    from days as d
    inner join flows as f
        on f.symbol = d.symbol
        and d.date > f.date
        and d.date <= f.date + 7
        and (f.next_date is null or d.date < f.next_date)
), whole as (
    select
        d.symbol,
        d.date,
        d.funds,
        case when l.date is null then d.told_flow_usd end as net_flow_usd,
        case when l.date is null then d.told_aum_usd end as aum_usd,
        d.known_at
    from days as d
    left join lacking as l using (symbol, date)
), sessions as (
    -- How many sessions the exchange had had by each of its days.
    select date, row_number() over (order by date) as number
    from (select distinct date from metrics.equity_index)
), numbered as (
    select w.*, s.number
    from whole as w
    asof left join sessions as s on s.date <= w.date
), windows as (
    -- Twenty days in a row: none of them unknown, and no session between them that is not there.
    select
        * exclude (known_at),
        count(net_flow_usd) over twenty = 20
            and date - first(date) over twenty <= 35
            and coalesce(number - first(number) over twenty < 20, true) as is_whole,
        round(sum(net_flow_usd) over twenty, 2) as sum_usd,
        max(known_at) over twenty as window_known_at,
        known_at
    from numbered
    window twenty as (partition by symbol order by date rows between 19 preceding and current row)
)
select
    symbol,
    date,
    net_flow_usd,
    funds,
    case when is_whole then sum_usd end as net_flow_20d_usd,
    aum_usd,
    net_flow_20d_usd / nullif(aum_usd, 0) as net_flow_20d_to_aum_share,
    case when is_whole then window_known_at else known_at end as known_at
from windows
