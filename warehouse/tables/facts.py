"""What upstreams claimed, append-only: a revised value is a new row, an unchanged one adds nothing."""

from warehouse.table import Column, Table
from warehouse.tables.columns import KNOWN_AT, PERIOD, PROVENANCE, SERIES_ID, UNIT, usd

LANDED = Table(
    name="facts.landed",
    doc="The landed replies that facts and quarantined values rest on; the journal beside landing has every finished fetch.",
    key=("landed_id",),
    licence="internal",
    columns=(
        Column(name="landed_id", type="varchar", doc="Identifier of the reply."),
        Column(name="upstream", type="varchar", required=True, doc="Upstream that answered."),
        Column(name="base_url", type="varchar", required=True, doc="Where the upstream was reached."),
        Column(name="request", type="varchar", required=True, doc="Method, path and query, without secrets."),
        Column(name="status", type="bigint", required=True, doc="HTTP status."),
        Column(name="requested_at", type="timestamptz", required=True, doc="When the request was sent."),
        Column(name="received_at", type="timestamptz", required=True, doc="When the reply was complete."),
        Column(name="sha256", type="varchar", required=True, doc="SHA-256 of the body, its name in landing."),
        Column(name="bytes", type="bigint", unit="bytes", required=True, min=0, doc="Size of the body."),
        KNOWN_AT,
    ),
)
OBSERVATION = Table(
    name="facts.observation",
    doc="One value of one series about one period, as known from one moment on.",
    key=("series_id", "period", "known_at"),
    licence="by series, see reference.series",
    columns=(
        SERIES_ID,
        PERIOD,
        Column(name="value", type="double", unit="as column unit", required=True, doc="Value as published."),
        UNIT,
        *PROVENANCE,
    ),
)
TREASURY_OPERATION = Table(
    name="facts.treasury_operation",
    doc="One outright Treasury operation of the Desk, as known from one moment on.",
    key=("operation_id", "operation_date", "known_at"),
    licence="New York Fed terms, attribution required",
    columns=(
        Column(name="operation_id", type="varchar", doc="The Desk's identifier, unique with its date."),
        Column(name="operation_date", type="date", doc="Day of the operation."),
        Column(name="operation_type", type="varchar", required=True, doc="For example Outright Bill Purchase."),
        Column(name="direction", type="varchar", required=True, one_of=("P", "S"), doc="P buys, S sells."),
        Column(name="status", type="varchar", required=True, doc="Announced or Results."),
        Column(name="settlement_date", type="date", doc="Day on which reserves move."),
        usd("par_submitted_usd", "Par amount submitted.", min=0, max=5e11),
        usd("par_accepted_usd", "Par amount accepted; NULL while only announced.", min=0, max=2e11),
        Column(name="note", type="varchar", doc="The Desk's note, for example that it was a small-value test."),
        *PROVENANCE,
    ),
)
AGENCY_MBS_OPERATION = Table(
    name="facts.agency_mbs_operation",
    doc="One agency-MBS operation of the Desk, as known from one moment on.",
    key=("operation_id", "operation_date", "known_at"),
    licence="New York Fed terms, attribution required",
    may_be_empty=True,
    columns=(
        Column(name="operation_id", type="varchar", doc="The Desk's identifier, unique with its date."),
        Column(name="operation_date", type="date", doc="Day of the operation."),
        Column(name="operation_type", type="varchar", required=True, doc="For example TBA Purchase."),
        Column(name="direction", type="varchar", required=True, one_of=("P", "S"), doc="P buys, S sells."),
        Column(name="status", type="varchar", required=True, doc="Announced or Results."),
        Column(name="settlement_date", type="date", doc="Day on which reserves move."),
        usd(
            "accepted_usd",
            "Par accepted for TBA, current face for pools; NULL while announced.",
            min=0,
            max=2e11,
        ),
        Column(name="note", type="varchar", doc="The Desk's note."),
        *PROVENANCE,
    ),
)
REPO_OPERATION = Table(
    name="facts.repo_operation",
    doc="One repo or reverse-repo operation of the Desk, as known from one moment on.",
    key=("operation_id", "operation_date", "operation_type", "known_at"),
    licence="New York Fed terms, attribution required",
    may_be_empty=True,
    columns=(
        Column(name="operation_id", type="varchar", doc="The Desk's identifier, unique with type and date."),
        Column(name="operation_date", type="date", doc="Day of the operation."),
        Column(name="operation_type", type="varchar", one_of=("Repo", "Reverse Repo"), doc="Direction."),
        Column(name="method", type="varchar", required=True, doc="For example Fixed Rate or Full Allotment."),
        Column(name="status", type="varchar", required=True, doc="Announced or Results."),
        Column(name="settlement_date", type="date", doc="Day the cash moves."),
        Column(name="maturity_date", type="date", doc="Day the cash comes back."),
        Column(name="term", type="varchar", required=True, doc="Term as published."),
        usd("submitted_usd", "Amount submitted.", min=0, max=6e12),
        usd("accepted_usd", "Amount accepted; NULL while only announced.", min=0, max=4e12),
        Column(name="is_small_value", type="boolean", required=True, doc="A small-value exercise."),
        Column(name="note", type="varchar", doc="The Desk's note, for example who may take part."),
        *PROVENANCE,
    ),
)
FISCAL_FLOW = Table(
    name="facts.fiscal_flow",
    doc="One line of the Daily Treasury Statement's deposits and withdrawals, as known from one moment on.",
    key=("record_date", "transaction_type", "category", "detail", "known_at"),
    licence="public domain",
    columns=(
        Column(name="record_date", type="date", doc="Business day of the statement."),
        Column(name="transaction_type", type="varchar", one_of=("Deposits", "Withdrawals"), doc="Direction."),
        Column(name="category", type="varchar", doc="Category as published on that day."),
        Column(name="detail", type="varchar", doc="Category detail as published; empty when there is none."),
        Column(
            name="value",
            type="double",
            unit="as column unit",
            required=True,
            min=-2e6,
            max=2e6,
            doc="Amount of the day.",
        ),
        UNIT,
        *PROVENANCE,
    ),
)
GSE_PORTFOLIO = Table(
    name="facts.gse_portfolio",
    doc="Month-end retained portfolio of one enterprise, as known from one moment on. Curated from issuers' summaries.",
    key=("month", "issuer", "known_at"),
    licence="facts from issuers' public monthly summaries",
    columns=(
        Column(name="month", type="date", doc="First day of the month whose end the balance is of."),
        Column(name="issuer", type="varchar", one_of=("FNMA", "FHLMC"), doc="Fannie Mae or Freddie Mac."),
        Column(
            name="agency_mbs_musd",
            type="double",
            unit="USD millions",
            required=True,
            min=0,
            max=225_000,
            doc="Agency MBS.",
        ),
        Column(
            name="non_agency_musd",
            type="double",
            unit="USD millions",
            required=True,
            min=0,
            doc="Non-agency securities.",
        ),
        Column(name="loans_musd", type="double", unit="USD millions", required=True, min=0, doc="Mortgage loans."),
        Column(
            name="end_balance_musd",
            type="double",
            unit="USD millions",
            required=True,
            min=0,
            doc="Total at month end.",
        ),
        *PROVENANCE,
    ),
)
POLICY_EVENT = Table(
    name="facts.policy_event",
    doc="One policy, fiscal, regulatory or market event, as known from one moment on. Curated.",
    key=("event_date", "category", "title", "known_at"),
    licence="facts from public statements and press",
    columns=(
        Column(name="event_date", type="date", doc="Day of the event."),
        Column(name="category", type="varchar", doc="Kind of event, for example fed_qt."),
        Column(name="title", type="varchar", doc="What happened, in one line."),
        Column(name="value", type="double", unit="as column unit", doc="The event's number, when it has one."),
        Column(name="unit", type="varchar", doc="Unit of value."),
        Column(
            name="status",
            type="varchar",
            required=True,
            one_of=("verified", "recalled", "unverified"),
            doc="How sure the entry is.",
        ),
        Column(name="source", type="varchar", doc="Where it was found."),
        *PROVENANCE,
    ),
)

TABLES = (
    LANDED,
    OBSERVATION,
    TREASURY_OPERATION,
    AGENCY_MBS_OPERATION,
    REPO_OPERATION,
    FISCAL_FLOW,
    GSE_PORTFOLIO,
    POLICY_EVENT,
)
#: For each table that is fetched from its newest row on: the key of the job that fills it, as SQL over its columns,
#: and what its newest row is about.
JOBS = {
    OBSERVATION.name: ("series_id", "period"),
    TREASURY_OPERATION.name: (f"'{TREASURY_OPERATION.name}'", "operation_date"),
    AGENCY_MBS_OPERATION.name: (f"'{AGENCY_MBS_OPERATION.name}'", "operation_date"),
    REPO_OPERATION.name: (f"'{REPO_OPERATION.name}'", "operation_date"),
    FISCAL_FLOW.name: (f"'{FISCAL_FLOW.name}'", "record_date"),
}
