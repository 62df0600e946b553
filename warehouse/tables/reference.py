"""Declarations as tables, so that SQL and readers can join them."""

from warehouse.table import Column, Table
from warehouse.tables.columns import KNOWN_AT, SERIES_ID
from warehouse.tables.crypto import COIN

UNIT = Table(
    name="reference.unit",
    doc="Each unit that upstreams use, and its one conversion to a plain unit.",
    key=("unit",),
    licence="internal",
    columns=(
        Column(name="unit", type="varchar", doc="Unit as published."),
        Column(name="plain_unit", type="varchar", required=True, doc="Unit in which the staged layer speaks."),
        Column(name="factor", type="double", unit="plain units per unit", required=True, doc="Multiplier."),
        KNOWN_AT,
    ),
)
SERIES = Table(
    name="reference.series",
    doc="The series catalogue.",
    key=("series_id",),
    licence="internal",
    columns=(
        SERIES_ID,
        Column(name="upstream", type="varchar", required=True, doc="Who publishes it to us."),
        Column(name="title", type="varchar", required=True, doc="What it is."),
        Column(name="unit", type="varchar", required=True, doc="Unit as published."),
        Column(name="frequency", type="varchar", required=True, doc="Grain of a period."),
        Column(name="reference", type="varchar", required=True, doc="What a period's value refers to."),
        Column(name="calendar", type="varchar", required=True, doc="Days on which a value is due."),
        Column(name="release", type="varchar", required=True, doc="Release rule behind known_at."),
        Column(name="since", type="date", required=True, doc="First period of the series."),
        Column(name="low", type="double", unit="as column unit", required=True, doc="Lowest believable value."),
        Column(name="high", type="double", unit="as column unit", required=True, doc="Highest believable value."),
        Column(name="licence", type="varchar", required=True, doc="Terms of its owner."),
        KNOWN_AT,
    ),
)
FISCAL_CATEGORY = Table(
    name="reference.fiscal_category",
    doc="Crosswalk from the Daily Treasury Statement's changing category names to stable concepts.",
    key=("transaction_type", "category", "detail"),
    licence="internal",
    columns=(
        Column(name="transaction_type", type="varchar", one_of=("Deposits", "Withdrawals"), doc="Direction."),
        Column(name="category", type="varchar", doc="Category as published; the detail * stands for any."),
        Column(name="detail", type="varchar", doc="Category detail, empty for none, * for any."),
        Column(name="concept", type="varchar", required=True, doc="Stable concept, for example customs."),
        KNOWN_AT,
    ),
)

TABLES = (UNIT, SERIES, FISCAL_CATEGORY, COIN)
