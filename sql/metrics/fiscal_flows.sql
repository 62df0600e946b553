-- A statement lists every line that moved that day, so a concept without a line is zero on a day with a statement.
-- Customs refunds have a line of their own only since 2026; before its first appearance they are not known.
with daily as (
    select
        date,
        coalesce(sum(amount_usd) filter (transaction_type = 'Deposits' and concept = 'customs'), 0) as customs,
        coalesce(sum(amount_usd) filter (concept = 'customs_refunds'), 0) as customs_refunds,
        coalesce(sum(amount_usd) filter (
            concept in ('individual_tax_refunds', 'business_tax_refunds', 'other_tax_refunds')
        ), 0) as tax_refunds,
        coalesce(sum(case when transaction_type = 'Withdrawals' then amount_usd else -amount_usd end) filter (
            concept not in ('debt_issues', 'debt_redemptions')
        ), 0) as deficit,
        bool_or(concept = 'customs_refunds') as shows_customs_refunds,
        max(known_at) as known_at
    from staged.fiscal_flow
    group by date
), windows as (
    -- Twenty statements in a row: with none missing they never span more than 35 days.
    select
        date,
        count(*) over w = 20 and date - min(date) over w <= 35 as is_whole,
        coalesce(bool_or(shows_customs_refunds) over before_or_first, false) as knows_customs_refunds,
        sum(customs) over w as customs,
        sum(customs_refunds) over w as customs_refunds,
        sum(tax_refunds) over w as tax_refunds,
        sum(deficit) over w as deficit,
        max(known_at) over w as window_known_at,
        known_at
    from daily
    window
        w as (order by date rows between 19 preceding and current row),
        before_or_first as (order by date rows between unbounded preceding and 19 preceding)
), sums as (
    select
        date,
        case when is_whole then customs end as customs_gross_20d_usd,
        case when is_whole and knows_customs_refunds then customs_refunds end as customs_refunds_20d_usd,
        case when is_whole then tax_refunds end as tax_refunds_20d_usd,
        case when is_whole then deficit end as deficit_20d_usd,
        case when is_whole then window_known_at else known_at end as known_at
    from windows
)
select
    s.* exclude (known_at),
    -- The window a year before ends on the last statement day of that date; one too far back is no comparison.
    case when y.date >= s.date - interval 1 year - interval 7 days
        then s.deficit_20d_usd - y.deficit_20d_usd
    end as deficit_impulse_20d_usd,
    greatest(s.known_at, case when deficit_impulse_20d_usd is not null then y.known_at end) as known_at
from sums as s
asof left join sums as y on y.date <= s.date - interval 1 year
