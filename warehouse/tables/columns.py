"""Columns that mean the same thing in every table that has them."""

from warehouse.table import Column
from warehouse.units import UNITS

BASES = ("rule", "stamp", "vintage", "observed")

KNOWN_AT = Column(
    name="known_at",
    type="timestamptz",
    required=True,
    doc="When the row's latest input could first be known.",
)
KNOWN_AT_BASIS = Column(
    name="known_at_basis",
    type="varchar",
    required=True,
    one_of=BASES,
    doc="Why known_at is what it is: a release rule, the upstream's own stamp, an archived vintage, or our receipt.",
)
RECEIVED_AT = Column(
    name="received_at", type="timestamptz", required=True, doc="When the reply that says so was received."
)
LANDED_ID = Column(name="landed_id", type="varchar", required=True, doc="The landed reply that says so.")
LOCATOR = Column(
    name="locator",
    type="varchar",
    required=True,
    doc="Where in the reply's bytes: a line number or a JSON pointer.",
)
#: What every fact carries beside its own columns; not part of what it claims.
PROVENANCE = (KNOWN_AT, KNOWN_AT_BASIS, RECEIVED_AT, LANDED_ID, LOCATOR)

SERIES_ID = Column(name="series_id", type="varchar", doc="Series identifier, see reference.series.")
PERIOD = Column(
    name="period",
    type="date",
    doc="What the value is about: the day, the Wednesday or the first of the month.",
)
UNIT = Column(name="unit", type="varchar", required=True, one_of=tuple(UNITS), doc="Unit of value as published.")
DATE = Column(name="date", type="date", doc="The day.")
WEEK_ENDING = Column(name="week_ending", type="date", doc="The Wednesday that ends the week.")
MONTH = Column(name="month", type="date", doc="First day of the month.")


def usd(name: str, doc: str, **bounds: float | bool | None) -> Column:
    """A column of US dollars."""
    return Column(name=name, type="double", unit="USD", doc=doc, **bounds)  # type: ignore[arg-type]


def percent(name: str, doc: str, **bounds: float | bool | None) -> Column:
    """A column of percent."""
    return Column(name=name, type="double", unit="percent", doc=doc, **bounds)  # type: ignore[arg-type]


def bps(name: str, doc: str, **bounds: float | bool | None) -> Column:
    """A column of basis points."""
    return Column(name=name, type="double", unit="basis points", doc=doc, **bounds)  # type: ignore[arg-type]
