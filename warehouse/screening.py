"""Values that parse but cannot be believed: outside their bounds, or a unit or scale that changed."""

from collections.abc import Mapping

import polars as pl

from warehouse.catalogue import SERIES
from warehouse.claims import TOLERATED_SHARE, WHOLE_REPLY, Rejected
from warehouse.landing import Landed
from warehouse.store import Store
from warehouse.table import Table
from warehouse.tables.facts import OBSERVATION

#: A correction does not change a value this many times over; a unit or scale that changed does.
SCALE_BREAK = 100.0


def screen(
    store: Store, table: Table, frame: pl.DataFrame, replies: Mapping[str, Landed]
) -> tuple[pl.DataFrame, list[Rejected]]:
    """Split claims into those to keep and those to quarantine.

    A value out of bounds is quarantined alone. Where a reply has many such values of one source, or where many of
    those that are stored for the same period are there a hundred times as large or as small, a scale has changed: all
    it says of that source is quarantined, the values of new periods too.
    """
    source = pl.col("series_id") if table is OBSERVATION else pl.lit(table.name)
    rows = frame.with_row_index("row").with_columns(source=source)
    bad = _unbelievable_observations(store, rows) if table is OBSERVATION else _out_of_bounds(table, rows)
    if bad.is_empty():
        return frame, []
    group = ["landed_id", "source"]
    broken = (
        bad.group_by(*group, "of", maintain_order=True)
        .agg(pl.len().alias("bad"), pl.all().first())
        .filter(
            (pl.col("bad") == pl.col("of")) | (pl.col("bad") > pl.max_horizontal(1, TOLERATED_SHARE * pl.col("of")))
        )
        .unique(group, keep="first", maintain_order=True)
    )
    single = bad.join(broken, on=group, how="anti")
    kept = rows.join(broken, on=group, how="anti").join(single, on="row", how="anti").select(frame.columns)
    whole = broken.with_columns(
        locator=pl.format(f"{WHOLE_REPLY} {{}}", "source"),
        reason=pl.format("{} of {} values are not believable, the first: {}", "bad", "of", "reason"),
    )
    return kept, [
        Rejected(landed=replies[landed_id], **rest)
        for part in (whole, single)
        for landed_id, rest in (
            (row.pop("landed_id"), row)
            for row in part.select("landed_id", "locator", "source", "field", "value", "reason").rows(named=True)
        )
    ]


def _unbelievable_observations(store: Store, rows: pl.DataFrame) -> pl.DataFrame:
    bounds = pl.DataFrame([{"series_id": s.id, "low": s.low, "high": s.high} for s in SERIES.values()])
    held = store.read(
        """
        select series_id, period, arg_max(value, known_at) as held
        from facts.observation
        where list_contains(?, series_id) and period between ? and ?
        group by all
        """,
        [rows["series_id"].unique().to_list(), rows["period"].min(), rows["period"].max()],
    )
    group = ["landed_id", "source"]
    ratio = (pl.col("value") / pl.col("held")).abs()
    out_of_bounds = ~pl.col("value").is_between("low", "high")
    comparable = ((pl.col("held") != 0) & (pl.col("value") != 0)).fill_null(False)
    rescaled = comparable & ((ratio > SCALE_BREAK) | (ratio < 1 / SCALE_BREAK))
    return (
        rows.join(bounds, on="series_id", how="left")
        .join(held, on=["series_id", "period"], how="left")
        .with_columns(of=pl.when(out_of_bounds).then(pl.len().over(group)).otherwise(comparable.sum().over(group)))
        .filter(out_of_bounds | rescaled)
        .select(
            "row",
            "landed_id",
            "locator",
            "source",
            "of",
            field=pl.format("value of {}", "period"),
            value=pl.col("value").cast(pl.String),
            reason=pl.when(out_of_bounds)
            .then(pl.format("outside {} to {} {}", "low", "high", "unit"))
            # Not pl.format: polars 2.1 panics on a filtered column with nulls in it.
            .otherwise(pl.lit("stored as ") + pl.col("held").cast(pl.String) + pl.lit(": the scale changed")),
        )
    )


def _out_of_bounds(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    about = pl.concat_str([pl.col(name).cast(pl.String) for name in table.key if name != "known_at"], separator=" ")
    rows = rows.with_columns(of=pl.len().over("landed_id"))
    found = []
    for column in table.columns:
        low = float("-inf") if column.min is None else column.min
        high = float("inf") if column.max is None else column.max
        if column.type == "double":
            found.append(
                rows.filter(~pl.col(column.name).is_between(low, high)).select(
                    "row",
                    "landed_id",
                    "locator",
                    "source",
                    "of",
                    field=pl.format(f"{column.name} of {{}}", about),
                    value=pl.col(column.name).cast(pl.String),
                    reason=pl.lit(f"outside {low} to {high} {column.unit}"),
                )
            )
    return pl.concat(found).unique("row", keep="first", maintain_order=True) if found else rows.clear()
