"""Whether coins did better after events than after days picked at random, and what so few events could show at all."""

import numpy as np
import polars as pl

from assets.statistics.placement import detectable, placements, share_as_high
from warehouse.tables.statistics import EVENT_STUDY

READS = {
    "events": """
        select event_set, asset, horizon_weeks, forward_return, known_at
        from metrics.event_return
        order by event_set, asset, horizon_weeks, event_date
    """,
    "days": """
        with horizons as (
            select distinct asset, horizon_weeks from metrics.event_return
        )
        select
            h.asset,
            h.horizon_weeks,
            first.date,
            last.close / first.close - 1 as forward_return,
            greatest(first.known_at, last.known_at) as known_at
        from horizons as h
        inner join metrics.asset_close as first using (asset)
        inner join metrics.asset_close as last
            on last.asset = h.asset and last.date = first.date + 7 * h.horizon_weeks::int
        where first.close > 0
        order by all
    """,
}


def rows(events: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """One row per event set, asset and horizon, also where no event has data."""
    by_days = {key: part for key, part in days.group_by("asset", "horizon_weeks")}
    found = []
    for (event_set, asset, horizon), told in events.group_by(
        "event_set", "asset", "horizon_weeks", maintain_order=True
    ):
        usual = by_days.get((asset, horizon), days.clear())
        after_any = usual["forward_return"].to_numpy()
        after_events = told["forward_return"].drop_nulls().to_numpy()
        n, is_any = len(after_events), len(after_any) > 0
        # Days without closes at both ends are left out, so places this far apart are at least as many days apart.
        drawn = placements(len(after_any), n, apart=7 * int(str(horizon)))
        chance = None if drawn is None else after_any[drawn].mean(axis=1)
        found.append(
            {
                "event_set": event_set,
                "asset": asset,
                "horizon_weeks": horizon,
                "mean_return": float(np.mean(after_events)) if n else None,
                "unconditional_mean": float(np.mean(after_any)) if is_any else None,
                "p_value": None if chance is None else share_as_high(float(np.mean(after_events)), chance),
                "minimum_detectable_effect": None if chance is None else detectable(chance),
                "n": n,
                "events_without_data": told.height - n,
                "start_days": len(after_any),
                "first_start_date": usual["date"].min(),
                "last_start_date": usual["date"].max(),
                "is_survivorship_biased": asset == "ALT",
                "known_at": pl.concat([told["known_at"], usual["known_at"]]).max(),
            }
        )
    return pl.DataFrame(found, schema=EVENT_STUDY.polars_schema)
