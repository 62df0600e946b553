"""Whether money moves down the ladder: do riskier rungs return more than safer ones, and in order?"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from assets.statistics.arrays import Floats
from assets.statistics.correlation import interval
from assets.statistics.ladder import breadth, front, resampled_scores
from assets.statistics.ranks import kendall, spearman
from warehouse.tables.statistics import ROTATION

#: Fewer rungs than these have no order to speak of.
ENOUGH = 5
ENOUGH_HIGHS = 3
WEEKS = 13
RUNGS = np.arange(1, 9)
#: Windows whose draws are computed at once, so that they stay in the processor's cache.
BATCH = 16

READS = {
    "rungs": """
        select
            week_ending,
            rung,
            change_1w,
            return_13w,
            return_13w_4w_before,
            treasury_bill_return_13w as bill,
            epoch(first_high_26w_week::timestamp) as first_high,
            known_at
        from metrics.rotation_rung
        order by week_ending, rung
    """,
}


def rows(rungs: pl.DataFrame) -> pl.DataFrame:
    """One row per week in which any rung has a 13-week return."""
    told = rungs.filter(pl.col("return_13w").is_not_null())
    weeks = {part["week_ending"][0]: _week(part) for _, part in told.group_by("week_ending", maintain_order=True)}
    for week, (low, high) in _intervals(rungs).items():
        if weeks[week]["score"] is not None:
            weeks[week] |= {"score_low": low, "score_high": high}
    return pl.DataFrame(list(weeks.values()), schema=ROTATION.polars_schema).with_columns(
        cs.float().fill_nan(None).round(9)
    )


def _week(part: pl.DataFrame) -> dict[str, Any]:
    """What the rungs of one week say, but for the interval."""
    returns, is_enough = part["return_13w"].to_numpy(), part.height >= ENOUGH
    highs = part.drop_nulls("first_high")
    before = part["return_13w_4w_before"].fill_null(np.nan).to_numpy()
    bill = part["bill"][0]
    return {
        "week_ending": part["week_ending"][0],
        "score": spearman(part["rung"].to_numpy(), returns) if is_enough else None,
        "breadth": breadth(returns) if is_enough else None,
        "front": front(part["rung"].to_list(), returns, before, bill) if is_enough and bill is not None else None,
        "n_rungs": part.height,
        "order_of_highs": kendall(highs["rung"].to_numpy(), highs["first_high"].to_numpy())
        if highs.height >= ENOUGH_HIGHS
        else None,
        "n_highs": highs.height,
        "known_at": part["known_at"].max(),
    }


def _intervals(rungs: pl.DataFrame) -> Mapping[Any, tuple[float, float]]:
    """Where 95 percent of the scores of redrawn weeks lie, by the Friday that ends the 13; weeks with the same rungs
    are done together."""
    fridays = rungs["week_ending"].unique().sort()
    changes, has_return = np.full((len(fridays), len(RUNGS)), np.nan), np.zeros((len(fridays), len(RUNGS)), dtype=bool)
    at = fridays.search_sorted(rungs["week_ending"]).to_numpy(), rungs["rung"].to_numpy() - 1
    changes[at] = rungs["change_1w"].fill_null(np.nan).to_numpy()
    has_return[at] = rungs["return_13w"].is_not_null().to_numpy()
    alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for last in range(WEEKS - 1, len(fridays)):
        rows_of = tuple(np.flatnonzero(has_return[last]).tolist())
        if len(rows_of) >= ENOUGH and not np.isnan(changes[last - WEEKS + 1 : last + 1, rows_of]).any():
            alike[rows_of].append(last)
    found: dict[Any, tuple[float, float]] = {}
    for rows_of, lasts in alike.items():
        for some in (lasts[n : n + BATCH] for n in range(0, len(lasts), BATCH)):
            windows: Floats = np.stack([changes[last - WEEKS + 1 : last + 1, rows_of] for last in some])
            low, high = interval(resampled_scores(windows))
            found |= {fridays[last]: bounds for last, bounds in zip(some, zip(low, high, strict=True), strict=True)}
    return found
