"""What the warehouse knows about itself: writes, checks, quarantine, gaps and freshness."""

from warehouse.table import Column, Table
from warehouse.tables.columns import KNOWN_AT

LEDGER = Table(
    name="quality.ledger",
    doc="One row per committed change of one table, written in the same transaction and mirrored outside.",
    key=("batch_id",),
    licence="internal",
    columns=(
        Column(name="batch_id", type="bigint", doc="Increasing number of the change."),
        Column(name="run_id", type="varchar", required=True, doc="Run that made it."),
        Column(name="table_name", type="varchar", required=True, doc="Table that changed."),
        Column(name="rows_written", type="bigint", unit="rows", required=True, min=0, doc="Rows written."),
        Column(
            name="rows_after",
            type="bigint",
            unit="rows",
            required=True,
            min=0,
            doc="Rows in the table afterwards.",
        ),
        Column(
            name="recipe",
            type="varchar",
            required=True,
            doc="Hash of query, declaration and input versions of a derived table.",
        ),
        KNOWN_AT,
    ),
)
RECORDING = Table(
    name="quality.recording",
    doc="One stretch of landing's journal that was recorded, written in the transaction of the facts it brought.",
    key=("journal_end",),
    licence="internal",
    columns=(
        Column(name="journal_start", type="bigint", unit="bytes", required=True, min=0, doc="Where in the journal it begins."),
        Column(name="journal_end", type="bigint", unit="bytes", min=0, doc="Where its last line ends: the next is read from there on."),
        Column(name="jobs", type="bigint", unit="jobs", required=True, min=0, doc="Finished jobs in it."),
        Column(name="sha256", type="varchar", required=True, doc="SHA-256 of its bytes."),
        Column(name="run_id", type="varchar", required=True, doc="Run that recorded it."),
        KNOWN_AT,
    ),
)  # fmt: skip
RESULT = Table(
    name="quality.result",
    doc="Outcome of one expectation on one table in one run.",
    key=("run_id", "table_name", "expectation", "partition"),
    licence="internal",
    columns=(
        Column(name="run_id", type="varchar", doc="Run that checked."),
        Column(name="table_name", type="varchar", doc="Table that was checked."),
        Column(name="expectation", type="varchar", doc="What was expected, in words."),
        Column(name="partition", type="varchar", doc="Part of the table that was checked; empty for all of it."),
        Column(name="passed", type="boolean", required=True, doc="Whether it held."),
        Column(
            name="severity",
            type="varchar",
            required=True,
            one_of=("critical", "warning"),
            doc="critical blocks publishing.",
        ),
        Column(name="observed", type="varchar", doc="What was observed."),
        Column(
            name="unexpected_count",
            type="bigint",
            unit="rows",
            required=True,
            min=0,
            doc="Rows that broke it.",
        ),
        Column(name="sample", type="varchar", doc="Some of those rows, JSON."),
        Column(
            name="subject",
            type="varchar",
            required=True,
            doc="Hash of what was judged: the table's version and its rules.",
        ),
        KNOWN_AT,
    ),
)
QUARANTINE = Table(
    name="quality.quarantine",
    doc="One value, or a whole reply, that was not believed. Nothing of it is in the facts.",
    key=("landed_id", "locator"),
    licence="internal",
    may_be_empty=True,
    columns=(
        Column(name="landed_id", type="varchar", doc="The landed reply."),
        Column(name="locator", type="varchar", doc="Where in it; $ for all of it."),
        Column(name="source", type="varchar", required=True, doc="Series, or upstream and table."),
        Column(name="field", type="varchar", required=True, doc="Field and period of the value."),
        Column(name="value", type="varchar", required=True, doc="The value as sent."),
        Column(name="reason", type="varchar", required=True, doc="Why it was not believed."),
        Column(name="first_seen_at", type="timestamptz", required=True, doc="When it was first received."),
        KNOWN_AT,
    ),
)
SENTINEL = Table(
    name="quality.sentinel",
    doc="One change in how an upstream behaves, from when it was noticed to when it was over. Nothing stored is touched.",
    key=("source", "kind", "detected_at"),
    licence="internal",
    may_be_empty=True,
    columns=(
        Column(name="source", type="varchar", doc="Series, else the job that fetches it."),
        Column(
            name="kind",
            type="varchar",
            one_of=("refused_reply", "restated_history", "shortened_history", "stopped_series"),
            doc="Replies that are not believed as a whole; most of what is told again is told differently; a history that begins later; no new values.",
        ),
        Column(name="detected_at", type="timestamptz", doc="When it could first be seen."),
        Column(name="ended_at", type="timestamptz", doc="When it was seen to be over; NULL while it stands."),
        Column(
            name="detail", type="varchar", required=True, doc="What was seen when it was noticed, with its numbers."
        ),
        Column(name="landed_id", type="varchar", doc="The reply that showed it; NULL when it is that none did."),
        KNOWN_AT,
    ),
)
BACKFILL = Table(
    name="quality.backfill",
    doc="One history that was asked for again and answered: what is still missing of it cannot be had.",
    key=("job", "answered_at"),
    licence="internal",
    may_be_empty=True,
    columns=(
        Column(
            name="job",
            type="varchar",
            doc="What was asked for: a series, a fact table, or a venue's instrument and datum.",
        ),
        Column(name="answered_at", type="timestamptz", doc="When it was answered."),
        Column(
            name="asked_from",
            type="date",
            doc="First period asked for; NULL where that is a window of the upstream's own.",
        ),
        KNOWN_AT,
    ),
)
GAP = Table(
    name="quality.gap",
    doc="One stretch of periods that a table should have and has not.",
    key=("table_name", "key", "from_period", "to_period"),
    licence="internal",
    may_be_empty=True,
    columns=(
        Column(name="table_name", type="varchar", doc="Table with the gap."),
        Column(
            name="key", type="varchar", doc="Series, or the job of a venue's instrument; empty where the table is one."
        ),
        Column(name="from_period", type="date", doc="First period missing."),
        Column(name="to_period", type="date", doc="Last period missing."),
        Column(
            name="reason",
            type="varchar",
            required=True,
            one_of=("missing", "closed", "upstream_window", "not_fetched"),
            doc="Not sent on an open day; an unscheduled holiday; not served, or asked for again in vain; not there or never fetched.",
        ),
        Column(
            name="first_seen_at",
            type="timestamptz",
            required=True,
            doc="When the last of what stands around it was received: from then on it could be seen.",
        ),
        KNOWN_AT,
    ),
)
FRESHNESS = Table(
    name="quality.freshness",
    doc="How new each source is, against when its next value is due.",
    key=("source",),
    licence="internal",
    columns=(
        Column(name="source", type="varchar", doc="Series, or fact table."),
        Column(name="upstream", type="varchar", required=True, doc="Upstream it comes from."),
        Column(name="newest_period", type="date", doc="Newest period stored; NULL when there is none."),
        Column(name="newest_known_at", type="timestamptz", doc="When that could first be known."),
        Column(
            name="expected_by",
            type="timestamptz",
            doc="When the next period is due, one business day of grace included.",
        ),
        Column(
            name="is_stale",
            type="boolean",
            required=True,
            doc="Whether it was overdue when this was published.",
        ),
        KNOWN_AT,
    ),
)

TABLES = (LEDGER, RECORDING, RESULT, QUARANTINE, SENTINEL, BACKFILL, GAP, FRESHNESS)
