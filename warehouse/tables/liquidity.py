"""Net liquidity and what the Fed does to it."""

from warehouse.table import Column, Table
from warehouse.tables.columns import KNOWN_AT, MONTH, WEEK_ENDING, usd

SDS = "standard deviations"

NET_LIQUIDITY = Table(
    name="metrics.net_liquidity",
    doc="Fed assets less the Treasury's account and reverse repo, by H.4.1 week.",
    key=("week_ending",),
    columns=(
        WEEK_ENDING,
        usd("fed_assets_usd", "Total assets, Wednesday level (WALCL).", required=True, min=5e11, max=2e13),
        usd(
            "tga_usd",
            "Treasury General Account, week average (WTREGEN), the practitioners' convention.",
            min=0,
            max=4e12,
        ),
        usd("tga_wednesday_usd", "Treasury General Account, Wednesday level (WDTGAL).", min=0, max=4e12),
        usd(
            "reverse_repo_usd",
            "Overnight reverse repo, last operation of the week up to Wednesday.",
            min=0,
            max=4e12,
        ),
        usd("net_liquidity_usd", "fed_assets_usd - tga_usd - reverse_repo_usd.", max=2e13),
        usd("net_liquidity_wednesday_usd", "fed_assets_usd - tga_wednesday_usd - reverse_repo_usd.", max=2e13),
        usd("change_1w_usd", "Change of net_liquidity_usd over one week."),
        usd("change_13w_usd", "Change of net_liquidity_usd over 13 weeks: the impulse."),
        Column(
            name="zscore_156w",
            type="double",
            unit=SDS,
            doc="net_liquidity_usd against the 156 weeks before, the current one excluded (sample deviation).",
        ),
        Column(
            name="impulse_zscore_156w",
            type="double",
            unit=SDS,
            doc="change_13w_usd against the 156 weeks before, the current one excluded (sample deviation).",
        ),
        KNOWN_AT,
    ),
)
ATTRIBUTION = Table(
    name="metrics.net_liquidity_attribution",
    doc="What moved net liquidity in a week; the known contributions of a week sum to its change to the dollar.",
    key=("week_ending", "component"),
    columns=(
        WEEK_ENDING,
        Column(
            name="component",
            type="varchar",
            one_of=(
                "treasury_bills",
                "treasury_coupons",
                "mbs",
                "other_assets",
                "tga",
                "reverse_repo",
                "unsplit",
            ),
            doc="Part of the balance sheet; unsplit carries what the inputs of that week cannot split.",
        ),
        usd("contribution_usd", "Contribution to change_1w_usd; NULL where the split is not known."),
        KNOWN_AT,
    ),
)
FED_PURCHASES = Table(
    name="metrics.fed_purchases",
    doc="Outright Treasury operations of the Desk by settlement month, from their results on, beside the change in SOMA holdings.",
    key=("month", "operation"),
    columns=(
        MONTH,
        Column(
            name="operation",
            type="varchar",
            one_of=("purchase", "sale"),
            doc="Direction; sales are negative.",
        ),
        usd("bills_usd", "Bills, par settled in the month.", required=True),
        usd("coupons_usd", "Coupons, TIPS and FRNs, par settled in the month.", required=True),
        usd("total_usd", "bills_usd + coupons_usd.", required=True),
        usd(
            "agency_principal_usd",
            "Fall of H.4.1 agency MBS between the last Wednesdays of the months: principal received less purchases; NULL until both are published.",
        ),
        usd(
            "reserve_management_estimate_usd",
            "Bill purchases less agency principal reinvested in bills, from December 2025; an estimate, no field separates them.",
        ),
        usd(
            "soma_bills_change_usd",
            "Change of SOMA bills between the last Wednesdays of the months; includes rollovers and maturities.",
        ),
        usd("soma_coupons_change_usd", "Change of SOMA notes, bonds, TIPS and FRNs likewise."),
        KNOWN_AT,
    ),
)

TABLES = (NET_LIQUIDITY, ATTRIBUTION, FED_PURCHASES)
