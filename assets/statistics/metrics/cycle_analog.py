"""How alike the months around the newest breakout are to those of earlier cycles, and to random months."""

from typing import Any

import numpy as np
import polars as pl

from assets.statistics.arrays import Floats
from assets.statistics.paths import WINDOWS, distance, random_windows
from assets.statistics.weeks import Weekly, number, weekly
from warehouse.tables.statistics import CYCLE_ANALOG

NOW = "now"
#: Weeks after the newest breakout that make a comparison worth while.
ENOUGH_AFTER = 4

READS = {
    "paths": """
        select cycle, asset, event_date, event_week_ending, weeks_from_event, ln(level) as log_level, known_at
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
    parts = {(cycle, asset): part for (cycle, asset), part in paths.group_by("cycle", "asset")}
    found = []
    for (cycle, asset), then in sorted(parts.items(), key=lambda item: item[0]):
        if cycle == NOW:
            continue
        now = parts.get((NOW, asset), then.clear())
        told = _compared(_path(then), _path(now), now, histories.get(str(asset)))
        latest = [frame["known_at"].max() for frame in (then, now, levels.filter(asset=asset))]
        named = {"cycle": cycle, "asset": asset, "event_date": then["event_date"][0]}
        known_at = max(moment for moment in latest if moment is not None)
        compared = now["event_date"][0] if now.height else None
        found.append(named | {"compared_event_date": compared, "known_at": known_at} | told)
    return pl.DataFrame(found, schema=CYCLE_ANALOG.polars_schema).with_columns(pl.col("distance").round(9))


def _path(part: pl.DataFrame) -> Floats:
    """Log levels week by week; NaN where there is none."""
    return part["log_level"].fill_null(np.nan).to_numpy()


def _compared(then: Floats, now: Floats, now_part: pl.DataFrame, history: Weekly | None) -> dict[str, Any]:
    """The distance over the weeks that there are by now, or the reason why there is none."""
    if not len(now):
        return {"reason": "no breakout since"}
    known = np.flatnonzero(~np.isnan(now))
    length = int(known[-1]) + 1 if len(known) else 0
    if history is None or not length or np.isnan(now[:length]).any():
        return {"reason": "no closes now"}
    if length <= np.flatnonzero(now_part["weeks_from_event"].to_numpy() == ENOUGH_AFTER)[0]:
        return {"reason": "too few weeks since"}
    if np.isnan(then[:length]).any():
        return {"reason": "no closes then"}
    nearness = float(distance(now[:length], then[:length]))
    start = number(now_part["event_week_ending"][0]) + int(now_part["weeks_from_event"][0]) - history.first
    starts = random_windows(history.values, length, range(start, start + length))
    told = {"weeks_compared": length, "distance": nearness, "random_windows": 0, "reason": None}
    if starts is None:
        return told
    random = distance(now[:length], history.values[starts[:, None] + np.arange(length)])
    return told | {
        "share_as_near": float((1 + (random <= nearness).sum()) / (1 + WINDOWS)),
        "random_windows": WINDOWS,
        "independent_windows": int((~np.isnan(history.values)).sum() - length) // length,
    }
