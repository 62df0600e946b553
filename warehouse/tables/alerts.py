"""What somebody should look at."""

from warehouse.table import Column, Table
from warehouse.tables.columns import KNOWN_AT

SEVERITIES = ("critical", "warning", "notice")

ALERT = Table(
    name="quality.alert",
    doc="One condition that somebody should look at, from when a run saw it to when one saw that it was over.",
    key=("kind", "subject", "opened_at"),
    licence="internal",
    may_be_empty=True,
    columns=(
        Column(name="kind", type="varchar", doc="The query in sql/alerts that selects it; threshold for a row of thresholds.toml."),
        Column(name="subject", type="varchar", doc="What it is about; one condition is one alert however often it is seen."),
        Column(name="source", type="varchar", required=True, doc="Upstream or table it comes from; alerts of one kind and source are told together."),
        Column(name="severity", type="varchar", required=True, one_of=SEVERITIES, doc="critical, warning or notice."),
        Column(name="message", type="varchar", required=True, doc="What was seen when it opened, with its value, unit and date."),
        Column(name="is_event", type="boolean", required=True, doc="Whether it happened rather than stands: its end is not told."),
        Column(name="opened_at", type="timestamptz", doc="When a run first saw it."),
        Column(name="resolved_at", type="timestamptz", doc="When a run no longer saw it; NULL while it stands."),
        Column(name="sent_at", type="timestamptz", doc="When it was sent; NULL while it was not, or nobody is to be told."),
        Column(name="resolution_sent_at", type="timestamptz", doc="When its end was sent; NULL while it was not."),
        KNOWN_AT,
    ),
)  # fmt: skip

TABLES = (ALERT,)
