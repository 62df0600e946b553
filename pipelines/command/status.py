"""``tidegauge status``: what is there, how new it is, what is missing or failing."""

import json

import click

from pipelines.command.reading import caption, origin_option, published_folder, read
from pipelines.places import Folder
from warehouse.landing import Fetched


@click.command()
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="To read, or JSON.")
@origin_option
def status(style: str, origin: str | None) -> None:
    """Say what is published, how each upstream answered last, what is stale, missing, quarantined or failing."""
    folder = published_folder(origin)
    found = {
        "origin": folder.origin,
        "snapshot": caption(folder),
        "path": str(folder.shelf.database),
        "upstreams": _upstreams(folder),
        "stale": _rows(folder, "select source, newest_period, expected_by from quality.freshness where is_stale order by 1"),
        "gaps": _rows(
            folder,
            """
            select reason, count(*) as stretches, string_agg(distinct if(key = '', table_name, key), ', ') as of
            from quality.gap group by reason order by reason
            """,
        ),
        "quarantine": _rows(
            folder, "select source, count(*) as values, any_value(reason) as reason from quality.quarantine group by source order by 1"
        ),
        "checks": _rows(
            folder,
            """
            select table_name, expectation, severity, unexpected_count
            from quality.result
            qualify known_at = max(known_at) over (partition by table_name)
            """,
            keep="not passed",
        ),
    }
    click.echo(json.dumps(found, default=str, indent=1) if style == "json" else _as_text(found))


def _upstreams(folder: Folder) -> list[dict[str, object]]:
    """How the latest fetch of each thing ended, by upstream."""
    latest: dict[tuple[str, str], Fetched] = {}
    for job in folder.landing.journal():
        latest[job.upstream, job.key] = job
    return [
        {
            "upstream": upstream,
            "asked_at": max(job.finished_at for job in jobs).isoformat(timespec="seconds"),
            "ok": sum(job.outcome == "ok" for job in jobs),
            "absent": [job.key for job in jobs if job.outcome == "absent"],
            "failed": {job.key: job.reason for job in jobs if job.outcome == "failed"},
        }
        for upstream in sorted({job.upstream for job in latest.values()})
        if (jobs := [job for job in latest.values() if job.upstream == upstream])
    ]


def _rows(folder: Folder, query: str, keep: str = "true") -> list[dict[str, object]]:
    names, rows = read(folder, f"from ({query}) where {keep}")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _as_text(found: dict[str, object]) -> str:
    return json.dumps(found, default=str, indent=1)
