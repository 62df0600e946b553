"""Funding, real yields and credit."""

from warehouse.table import Column, Table
from warehouse.tables.columns import DATE, KNOWN_AT, bps, percent, usd

FUNDING_STRESS = Table(
    name="metrics.funding_stress",
    doc="Repo funding against the rate on reserves, and use of the standing repo facility.",
    key=("date",),
    columns=(
        DATE,
        bps(
            "sofr_iorb_bps",
            "SOFR less the rate on reserve balances; NULL before 2021-07-29.",
            min=-200,
            max=1000,
        ),
        bps("sofr_iorb_5d_max_bps", "Highest of the last five trade dates."),
        bps(
            "sofr_iorb_p99_3y_bps",
            "99th percentile of the five-day maximum over the three years before, 500 trade dates at least.",
        ),
        usd("standing_repo_usd", "Standing repo facility take-up of the day, both windows.", min=0),
        Column(
            name="is_stressed",
            type="boolean",
            doc="Five-day maximum at or above its percentile, or take-up over 10 billion that does not span the turn of a month; NULL when one is not known and the other does not hold.",
        ),
        KNOWN_AT,
    ),
)
RATES_AND_CREDIT = Table(
    name="metrics.rates_and_credit",
    doc="Real yield and credit spreads with their 13-week changes: against the last value at or before 91 days earlier, no more than a week older.",
    key=("date",),
    licence="shows ICE spreads: pre-approval required",
    columns=(
        DATE,
        percent("real_yield_10y_pct", "10-year real Treasury yield.", min=-5, max=15),
        percent("real_yield_10y_change_13w_pct", "Its change, in percentage points."),
        bps(
            "high_yield_oas_bps",
            "High-yield option-adjusted spread; three years of history.",
            min=50,
            max=4000,
        ),
        bps("high_yield_oas_change_13w_bps", "Its change."),
        bps(
            "investment_grade_oas_bps",
            "Investment-grade option-adjusted spread; three years of history.",
            min=10,
            max=1500,
        ),
        bps("investment_grade_oas_change_13w_bps", "Its change."),
        bps(
            "baa_10y_spread_bps",
            "Moody's Baa less 10-year Treasury, since 1986: the long-history fallback.",
            min=50,
            max=1500,
        ),
        bps("baa_10y_spread_change_13w_bps", "Its change."),
        bps("credit_spread_change_13w_bps", "High-yield change where it is known, else Baa change."),
        Column(
            name="credit_spread_source",
            type="varchar",
            one_of=("high_yield_oas", "baa_10y_spread"),
            doc="Which of the two it is.",
        ),
        KNOWN_AT,
    ),
)

TABLES = (FUNDING_STRESS, RATES_AND_CREDIT)
