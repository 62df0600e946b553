"""Numbers that two witnesses tell, side by side."""

from warehouse.table import Column, Table
from warehouse.tables.columns import KNOWN_AT

RECONCILIATION = Table(
    name="metrics.reconciliation",
    doc="One number of one day that two witnesses tell, how far apart they are, and how far they may be.",
    key=("name", "subject", "period"),
    licence="derived, index closes for personal use",
    may_be_empty=True,
    columns=(
        Column(
            name="name",
            type="varchar",
            one_of=(
                "treasury_account_wednesday",
                "treasury_account_week",
                "reverse_repo",
                "soma_treasuries",
                "soma_mbs",
                "index_close",
                "daily_close",
                "open_interest",
            ),
            doc="What is compared; its tolerance and the reason for it stand in its query.",
        ),
        Column(name="subject", type="varchar", doc="Index, coin, or venue and symbol; empty where there is only one."),
        Column(name="period", type="date", doc="The day, or the Wednesday that ends the week."),
        Column(name="left_source", type="varchar", required=True, doc="Who tells the left value."),
        Column(name="left_value", type="double", unit="as column unit", required=True, doc="What that one says."),
        Column(name="right_source", type="varchar", required=True, doc="Who tells the right value."),
        Column(name="right_value", type="double", unit="as column unit", required=True, doc="What that one says."),
        Column(name="unit", type="varchar", required=True, doc="Unit of values, difference and tolerance."),
        Column(name="difference", type="double", unit="as column unit", required=True, doc="left_value - right_value."),
        Column(
            name="tolerance",
            type="double",
            unit="as column unit",
            required=True,
            min=0,
            doc="How far apart they may be.",
        ),
        Column(name="is_within", type="boolean", required=True, doc="Whether they are no further apart than that."),
        KNOWN_AT,
    ),
)

TABLES = (RECONCILIATION,)
