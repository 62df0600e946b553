"""When to look: shortly after each upstream's release, New York time."""

from collections.abc import Sequence

import dagster as dg

#: Cron in New York, and what has just come out.
TIMES = {
    "morning_rates": ("15 9 * * 1-5", "SOFR at 08:00, EFFR at 09:00, index spreads by 10:00"),
    "reverse_repo": ("30 14 * * 1-5", "overnight reverse repo at 13:15 and repo windows"),
    "treasury_statement": ("15 16 * * 1-5", "the Daily Treasury Statement at 16:00"),
    "balance_sheet": ("45 16 * * 1-5", "H.4.1 on Thursday 16:30, the next business day after a holiday"),
    "evening_closes": ("30 21 * * 1-5", "equity closes and H.15"),
}


def schedules(job_name: str) -> Sequence[dg.ScheduleDefinition]:
    """A run asks every upstream only for what may be new, so each time may run the whole job."""
    return [
        dg.ScheduleDefinition(
            name=name,
            job_name=job_name,
            cron_schedule=cron,
            execution_timezone="America/New_York",
            description=f"After {what}.",
        )
        for name, (cron, what) in TIMES.items()
    ]
