"""`/graph/fredgraph.csv`: the latest value of one series, an empty cell where it is missing."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.sample.catalogue import CATALOGUE
from pipelines.sample.series import points
from pipelines.sample.wire.reply import Reply, not_found
from pipelines.sample.world import World


def answer(world: World, query: Mapping[str, str], at: float) -> Reply:
    series_id = query.get("id", "").upper()
    if series_id not in CATALOGUE:
        return not_found()
    first, last = query.get("cosd", "0001-01-01"), query.get("coed", "9999-12-31")
    rows = [f"observation_date,{series_id}\n"]
    for day, versions in points(world, series_id):
        if first <= day <= last:
            known = [text for public, text in versions if public <= at]
            rows += [f"{day},{known[-1]}\n"] if known else []
    return Reply("".join(rows).encode(), content_type="application/csv")
