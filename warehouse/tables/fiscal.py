"""The Treasury's account and flows."""

from warehouse.table import Table
from warehouse.tables.columns import DATE, KNOWN_AT, usd

TREASURY_GENERAL_ACCOUNT = Table(
    name="metrics.treasury_general_account",
    doc="The Treasury's account at the Fed by business day.",
    key=("date",),
    columns=(
        DATE,
        usd("closing_balance_usd", "Closing balance of the day.", required=True, min=-1e9, max=4e12),
        usd(
            "change_4w_usd",
            "Change since the last balance at or before 28 days earlier, NULL when that is over a week older.",
        ),
        usd(
            "change_13w_usd",
            "Change since the last balance at or before 91 days earlier, NULL when that is over a week older.",
        ),
        usd("impulse_4w_usd", "Cash put into markets over four weeks: minus change_4w_usd."),
        usd("impulse_13w_usd", "Cash put into markets over 13 weeks: minus change_13w_usd."),
        usd(
            "drawdown_from_52w_peak_usd",
            "Balance less its highest close of the 364 days up to the day; NULL with fewer than 200 balances.",
            max=0,
        ),
        KNOWN_AT,
    ),
)
FISCAL_FLOWS = Table(
    name="metrics.fiscal_flows",
    doc="Sums of Daily Treasury Statement flows over 20 statements; NULL when they span more than 35 days.",
    key=("date",),
    columns=(
        DATE,
        usd("customs_gross_20d_usd", "Customs and excise deposits, gross of refunds."),
        usd(
            "customs_refunds_20d_usd",
            "Customs refunds paid; NULL until the statement has shown them as a line for the whole window.",
        ),
        usd("tax_refunds_20d_usd", "Individual, business and other tax refunds paid."),
        usd("deficit_20d_usd", "Withdrawals less deposits, both without public debt."),
        usd("deficit_impulse_20d_usd", "deficit_20d_usd less the same window a year before."),
        KNOWN_AT,
    ),
)

TABLES = (TREASURY_GENERAL_ACCOUNT, FISCAL_FLOWS)
