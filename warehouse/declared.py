"""The declarations as rows of the reference tables."""

from datetime import UTC, datetime

import polars as pl

from warehouse.catalogue import SERIES
from warehouse.catalogue.coins import coin_rows
from warehouse.catalogue.fiscal_categories import CATEGORIES
from warehouse.store import Store
from warehouse.table import Table
from warehouse.tables import crypto, reference
from warehouse.units import UNITS

#: A declaration is not news: it could always be known.
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def declare(store: Store) -> None:
    """Write the reference tables, where they changed."""
    with store.transaction():
        for table, frame in reference_frames().items():
            store.replace(table, frame)


def reference_frames() -> dict[Table, pl.DataFrame]:
    """Every reference table with its rows."""
    units = [{"unit": u.name, "plain_unit": u.plain, "factor": u.factor} for u in UNITS.values()]
    series = [
        {
            "series_id": s.id,
            "upstream": s.upstream,
            "title": s.title,
            "unit": s.unit,
            "frequency": s.frequency,
            "reference": s.reference,
            "calendar": s.calendar,
            "release": s.release.doc,
            "since": s.since,
            "low": s.low,
            "high": s.high,
            "licence": s.licence,
        }
        for s in SERIES.values()
    ]
    categories = [
        {"transaction_type": kind, "category": category, "detail": detail, "concept": concept}
        for (kind, category, detail), concept in CATEGORIES.items()
    ]
    return {
        table: pl.DataFrame([{**row, "known_at": ALWAYS} for row in rows], schema=table.polars_schema)
        for table, rows in (
            (reference.UNIT, units),
            (reference.SERIES, series),
            (reference.FISCAL_CATEGORY, categories),
            (crypto.COIN, coin_rows()),
        )
    }
