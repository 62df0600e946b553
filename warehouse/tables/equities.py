"""Equity indices: highs, droughts, breakouts, round levels, relative strength."""

from warehouse.table import Column, Table
from warehouse.tables.columns import DATE, KNOWN_AT

INDEX_ID = Column(
    name="index_id",
    type="varchar",
    one_of=("russell_2000", "nasdaq_composite", "sp_500"),
    doc="Price index.",
)
CLOSE = Column(
    name="close",
    type="double",
    unit="index points",
    required=True,
    min=1,
    max=2e5,
    doc="Close of the session.",
)
PAIRS = ("russell_2000/nasdaq_composite", "russell_2000/sp_500", "nasdaq_composite/sp_500")

EQUITY_INDEX = Table(
    name="metrics.equity_index",
    doc="Daily closes with all-time highs and the droughts between them; an all-time high is one of the history held.",
    key=("index_id", "date"),
    licence="derived from data of the index owners, personal use",
    columns=(
        INDEX_ID,
        DATE,
        CLOSE,
        Column(name="is_all_time_high", type="boolean", required=True, doc="Above every earlier close."),
        Column(
            name="days_since_previous_high",
            type="bigint",
            unit="calendar days",
            min=1,
            doc="Days since the latest earlier all-time high.",
        ),
        Column(
            name="is_drought_breakout",
            type="boolean",
            required=True,
            doc="An all-time high after 180 days or more without one.",
        ),
        KNOWN_AT,
    ),
)
ROUND_LEVEL = Table(
    name="metrics.round_level",
    doc="First close at or above each round level that was not already below the history's first close.",
    key=("index_id", "level"),
    licence="derived from data of the index owners, personal use",
    columns=(
        INDEX_ID,
        Column(name="level", type="double", unit="index points", doc="Round level."),
        Column(
            name="first_close_date",
            type="date",
            required=True,
            doc="First session that closed at or above it.",
        ),
        CLOSE,
        KNOWN_AT,
    ),
)
RELATIVE_STRENGTH = Table(
    name="metrics.relative_strength",
    doc="Ratio of two indices on sessions that both have.",
    key=("pair", "date"),
    licence="derived from data of the index owners, personal use",
    columns=(
        Column(name="pair", type="varchar", one_of=PAIRS, doc="Numerator and denominator."),
        DATE,
        Column(name="ratio", type="double", unit="ratio", required=True, min=0, doc="Close over close."),
        Column(
            name="log_change_13w",
            type="double",
            unit="log ratio",
            doc="Log change since the last ratio at or before 91 days earlier, NULL when that is over a week older.",
        ),
        Column(
            name="percentile_52w",
            type="double",
            unit="fraction",
            min=0,
            max=1,
            doc="Share of the last 364 days' ratios at or below this one; NULL with fewer than 200.",
        ),
        KNOWN_AT,
    ),
)

TABLES = (EQUITY_INDEX, ROUND_LEVEL, RELATIVE_STRENGTH)
