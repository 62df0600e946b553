"""``tidegauge status``: what is there, how new it is, what is missing or failing."""

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table as RichTable

from pipelines.command.reading import caption, format_option, origin_option, published_folder, read
from pipelines.instance import last_runs
from pipelines.places import Folder
from warehouse import alerts
from warehouse.judging import LATEST
from warehouse.landing import Fetched
from warehouse.tables.alerts import SEVERITIES

#: What status asks of the published file: a heading, and a query whose rows are worth a look.
QUERIES = {
    "stale": """
        select source, upstream, newest_period, expected_by
        from quality.freshness where is_stale order by source
    """,
    "sentinels": """
        select kind, string_agg(source, ', ' order by source) as of, any_value(detail) as detail,
            detected_at::date as detected, ended_at::date as ended
        from quality.sentinel
        where ended_at is null or ended_at > (select max(known_at) - interval 14 days from quality.ledger)
        group by kind, detected, ended, if(kind = 'stopped_series', detail, source)
        order by ended is not null, detected desc, kind, of
    """,
    "gaps": """
        select reason, count(*) as stretches, count(distinct (table_name, key)) as series,
            array_to_string(list(stretch order by from_period desc, stretch)[1:3], '; ') as newest
        from (
            select *, if(key = '', table_name, key) || ' ' || if(
                year(to_period) = 9999, 'since ' || from_period,
                if(from_period = to_period, from_period::varchar, from_period || ' to ' || to_period)
            ) as stretch
            from quality.gap
        )
        group by reason order by reason
    """,
    "quarantine": """
        select source, count(*) as "values", any_value(field) as field, any_value(value) as value,
            any_value(reason) as reason
        from quality.quarantine group by source order by source
    """,
    "checks": f"""
        select table_name, expectation, severity, unexpected_count from ({LATEST}) where not passed
    """,
}


@click.command()
@format_option("text", "json")
@origin_option
def status(style: str, origin: str | None) -> None:
    """Say what is published, how the last runs ended, what stands, and how each upstream answered last.

    What an upstream does not have is absent (--json names all of it), what it should have answered and did not failed.
    Then what is stale, missing, quarantined or failing in what is published. Runs and alerts are told as they are now,
    also while publishing is blocked: the same runs and the same failures as in the Dagster UI.
    """
    folder = published_folder(origin)
    found: dict[str, list[dict[str, Any]]] = {
        "runs": last_runs(folder.origin),
        "alerts": _alerts(folder),
        "upstreams": _upstreams(folder),
    }
    for heading, query in QUERIES.items():
        names, rows = read(folder, query)
        found[heading] = [dict(zip(names, row, strict=True)) for row in rows]
    if style == "json":
        told = {"origin": folder.origin, "path": str(folder.shelf.database), **found}
        click.echo(json.dumps(told, default=str, indent=1))
        return
    console = Console()
    console.print(f"{caption(folder)}\n{folder.shelf.database}", soft_wrap=True)
    for heading, records in found.items():
        console.print()
        if not records:
            console.print(f"{heading}: none")
            continue
        table = RichTable(*records[0], title=heading, title_justify="left", title_style="bold")
        for record in records:
            table.add_row(*[_told(value) for value in record.values()])
        console.print(table)


def _told(value: Any) -> str:
    """A cell; of a list how many there are, and the first."""
    if isinstance(value, list):
        return f"{len(value)}: {value[0]}{', ...' if value[1:] else ''}" if value else ""
    return "" if value is None else str(value)


def _alerts(folder: Folder) -> list[dict[str, Any]]:
    """What stands, worst first."""
    found, _ = alerts.read(folder.alerts / alerts.FILE)
    standing = sorted((a for a in found if a.is_open), key=lambda a: (SEVERITIES.index(a.severity), a.opened_at))
    return [
        {
            "severity": a.severity,
            "kind": a.kind,
            "message": a.message,
            "since": f"{a.opened_at:%Y-%m-%d %H:%M} UTC",
        }
        for a in standing
    ]


def _upstreams(folder: Folder) -> list[dict[str, Any]]:
    """How the latest fetch of each thing ended, by upstream."""
    latest: dict[tuple[str, str], Fetched] = {}
    for job in folder.landing.journal():
        latest[job.upstream, job.key] = job
    by_upstream: dict[str, list[Fetched]] = {}
    for (upstream, _), job in sorted(latest.items()):
        by_upstream.setdefault(upstream, []).append(job)
    return [
        {
            "upstream": upstream,
            "asked": f"{max(job.finished_at for job in jobs):%Y-%m-%d %H:%M} UTC",
            "ok": sum(job.outcome == "ok" for job in jobs),
            "absent": [job.key for job in jobs if job.outcome == "absent"],
            "failed": "; ".join(f"{job.key}: {job.reason}" for job in jobs if job.outcome == "failed"),
        }
        for upstream, jobs in by_upstream.items()
    ]
