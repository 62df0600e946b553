"""How long runs are kept: Dagster keeps them, and every event of theirs, for good."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dagster as dg

KEPT = timedelta(days=90)
#: At most so many at a time: each takes a moment, and the next run goes on.
AT_ONCE = 50


def drop_old_runs(home: "dg.DagsterInstance", now: datetime) -> int:
    """Remove runs of long ago and their events from the instance; how many. What they made stays."""
    import dagster as dg

    old = home.get_run_records(dg.RunsFilter(created_before=now - KEPT), limit=AT_ONCE, ascending=True)
    for record in old:
        home.delete_run(record.dagster_run.run_id)
    return len(old)
