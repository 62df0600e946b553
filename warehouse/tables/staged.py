"""The facts in force at ``as_of()``, in plain units, one row per key: the only layer that knows about vintages."""

from warehouse.table import Column, Table
from warehouse.tables.columns import (
    DATE,
    KNOWN_AT,
    KNOWN_AT_BASIS,
    MONTH,
    PERIOD,
    SERIES_ID,
    WEEK_ENDING,
    usd,
)

SERIES = Table(
    name="staged.series",
    doc="Every series, one value per period, converted once to its plain unit.",
    key=("series_id", "period"),
    licence="by series, see reference.series",
    columns=(
        SERIES_ID,
        PERIOD,
        Column(name="value", type="double", unit="as column unit", required=True, doc="Value in the plain unit."),
        Column(name="unit", type="varchar", required=True, doc="Plain unit, for example usd."),
        Column(
            name="first_known_at",
            type="timestamptz",
            doc="When a value of the period could first be known, this one or one that it revised.",
        ),
        KNOWN_AT,
        KNOWN_AT_BASIS,
    ),
)
LIQUIDITY_WEEK = Table(
    name="staged.liquidity_week",
    doc="What net liquidity is made of, by H.4.1 week.",
    key=("week_ending",),
    columns=(
        WEEK_ENDING,
        usd("fed_assets_usd", "Total assets, Wednesday level (WALCL).", required=True),
        usd("tga_usd", "Treasury General Account, week average (WTREGEN)."),
        usd("tga_wednesday_usd", "Treasury General Account, Wednesday level (WDTGAL)."),
        usd("reverse_repo_usd", "Overnight reverse repo, last operation of the week up to Wednesday."),
        KNOWN_AT,
    ),
)
TREASURY_CASH = Table(
    name="staged.treasury_cash",
    doc="The Treasury's account at the Fed by day, from the Daily Treasury Statement.",
    key=("date",),
    licence="public domain",
    columns=(
        DATE,
        usd("open_usd", "Opening balance.", min=-1e9, max=4e12),
        usd("deposits_usd", "Total deposits; published as a line since 2022-04-18."),
        usd("withdrawals_usd", "Total withdrawals; published as a line since 2022-04-18."),
        usd("close_usd", "Closing balance.", required=True, min=-1e9, max=4e12),
        KNOWN_AT,
    ),
)
FISCAL_FLOW = Table(
    name="staged.fiscal_flow",
    doc="Deposits and withdrawals by day and stable concept.",
    key=("date", "transaction_type", "concept"),
    licence="public domain",
    columns=(
        DATE,
        Column(name="transaction_type", type="varchar", one_of=("Deposits", "Withdrawals"), doc="Direction."),
        Column(name="concept", type="varchar", doc="Stable concept, see reference.fiscal_category."),
        usd("amount_usd", "Sum of the day's lines of that concept.", required=True),
        KNOWN_AT,
    ),
)
TREASURY_OPERATION = Table(
    name="staged.treasury_operation",
    doc="Outright Treasury operations with results, signed: purchases positive, sales negative.",
    key=("operation_date", "operation_id"),
    licence="New York Fed terms, attribution required",
    columns=(
        Column(name="operation_date", type="date", doc="Day of the operation."),
        Column(name="operation_id", type="varchar", doc="The Desk's identifier."),
        Column(name="operation", type="varchar", required=True, one_of=("purchase", "sale"), doc="Direction."),
        Column(
            name="security",
            type="varchar",
            required=True,
            one_of=("bills", "coupons"),
            doc="Bills, or coupons, TIPS and FRNs.",
        ),
        Column(name="settlement_date", type="date", required=True, doc="Day on which reserves move."),
        usd("par_usd", "Par amount accepted, signed.", required=True, min=-2e11, max=2e11),
        KNOWN_AT,
    ),
)
REPO_DAY = Table(
    name="staged.repo_day",
    doc="The Desk's overnight operations by day, all windows summed; small-value exercises and foreign accounts left out.",
    key=("date",),
    licence="New York Fed terms, attribution required",
    may_be_empty=True,
    columns=(
        DATE,
        usd("reverse_repo_usd", "Overnight reverse repo, domestic counterparties.", min=0, max=4e12),
        usd("standing_repo_usd", "Standing repo facility, open since 2021-07-29.", min=0, max=4e12),
        Column(name="standing_repo_matures_on", type="date", doc="Day on which the standing repo comes back."),
        KNOWN_AT,
    ),
)
GSE_PORTFOLIO = Table(
    name="staged.gse_portfolio",
    doc="Month-end retained portfolios of the enterprises.",
    key=("month", "issuer"),
    licence="facts from issuers' public monthly summaries",
    columns=(
        MONTH,
        Column(name="issuer", type="varchar", doc="FNMA or FHLMC."),
        usd("agency_mbs_usd", "Agency MBS.", required=True, min=0),
        usd("end_balance_usd", "Whole retained portfolio.", required=True, min=0),
        KNOWN_AT,
    ),
)
POLICY_EVENT = Table(
    name="staged.policy_event",
    doc="Policy, fiscal, regulatory and market events.",
    key=("event_date", "category", "title"),
    licence="facts from public statements and press",
    columns=(
        Column(name="event_date", type="date", doc="Day of the event."),
        Column(name="category", type="varchar", doc="Kind of event."),
        Column(name="title", type="varchar", doc="What happened."),
        Column(name="value", type="double", unit="as column unit", doc="The event's number, when it has one."),
        Column(name="unit", type="varchar", doc="Unit of value."),
        Column(name="status", type="varchar", required=True, doc="How sure the entry is."),
        KNOWN_AT,
    ),
)

TABLES = (
    SERIES,
    LIQUIDITY_WEEK,
    TREASURY_CASH,
    FISCAL_FLOW,
    TREASURY_OPERATION,
    REPO_DAY,
    GSE_PORTFOLIO,
    POLICY_EVENT,
)
