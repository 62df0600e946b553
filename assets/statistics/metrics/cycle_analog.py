"""How alike the months around the newest breakout are to those of earlier cycles, and to random months."""

from typing import Any

import numpy as np
import polars as pl

from assets.statistics.paths import WINDOWS, distance, random_windows
from assets.statistics.weeks import Weekly, number, weekly
from warehouse.tables.statistics import CYCLE_ANALOG

NOW = "now"
#: Weeks after the newest breakout that make a comparison worth while.
ENOUGH_AFTER = 4

READS = {
    "paths": """
        select cycle, asset, event_date, weeks_from_event, week_ending, ln(level) as log_level, known_at
        from metrics.cycle_path
        order by cycle, asset, weeks_from_event
    """,
    "levels": """
        select measure as asset, week_ending, ln(level) as log_level, known_at
        from metrics.weekly_return
        where level > 0 and measure in (select distinct asset from metrics.cycle_path)
    """,
}


def rows(paths: pl.DataFrame, levels: pl.DataFrame) -> pl.DataFrame:
    """One row per earlier cycle and asset, also where there is nothing to compare."""
    histories = weekly(levels, "asset", "log_level")
    parts = {(cycle, asset): part for (cycle, asset), part in paths.group_by("cycle", "asset", maintain_order=True)}
    found = []
    for (cycle, asset), then in parts.items():
        if cycle == NOW:
            continue
        now = parts.get((NOW, asset), then.clear())
        moments = pl.concat([then["known_at"], now["known_at"], levels.filter(asset=asset)["known_at"]])
        named = {
            "cycle": cycle,
            "asset": asset,
            "event_date": then["event_date"][0],
            "compared_event_date": now["event_date"][0] if now.height else None,
            "known_at": moments.max(),
        }
        found.append(named | _compared(then, now, histories.get(str(asset))))
    return pl.DataFrame(found, schema=CYCLE_ANALOG.polars_schema).with_columns(pl.col("distance").round(9))


def _compared(then: pl.DataFrame, now: pl.DataFrame, history: Weekly | None) -> dict[str, Any]:
    """The distance over the weeks that there are by now, or the reason why there is none."""
    if now.is_empty():
        return {"reason": "no breakout since"}
    path, path_then = (part["log_level"].fill_null(np.nan).to_numpy() for part in (now, then))
    length = int(np.flatnonzero(~np.isnan(path)).max(initial=-1)) + 1
    weeks_since = now["weeks_from_event"][length - 1] if length else -1
    if history is None or weeks_since < 0 or np.isnan(path[:length]).any():
        return {"reason": "no closes now"}
    if weeks_since < ENOUGH_AFTER:
        return {"reason": "too few weeks since"}
    if np.isnan(path_then[:length]).any():
        return {"reason": "no closes then"}
    nearness = distance(path[:length], path_then[:length])
    told = {"weeks_compared": length, "distance": float(nearness)}
    own = [number(part["week_ending"][0]) - history.first for part in (now, then)]
    starts = random_windows(history.values, length, keep_out=own)
    if starts is None:
        return told
    others = distance(path[:length], history.values[starts[:, None] + np.arange(length)])
    return told | {
        "share_as_near": (1 + int((others <= nearness).sum())) / (1 + WINDOWS),
        "random_windows": WINDOWS,
        "independent_windows": (int((~np.isnan(history.values)).sum()) - 2 * length) // length,
    }
