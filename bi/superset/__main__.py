"""``python -m bi.superset``: the dashboards as a file for a Superset of yours, or in one of its own."""

import signal
from pathlib import Path

import click

from bi.superset import DASHBOARDS, bundle
from bi.superset.serving import USER, running
from pipelines.command.reading import origin_option, published_folder


@click.group()
def superset() -> None:
    """Dashboards over what is published."""


@superset.command("bundle")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--database", help="Where Superset finds the file, if not where it is here.")
@origin_option
def write_bundle(target: Path, database: str | None, origin: str | None) -> None:
    """Write the dashboards to TARGET, a ZIP that Superset imports."""
    folder = published_folder(origin)
    bundle.write(target, Path(database or folder.shelf.database), folder.origin)
    click.echo(f"{len(DASHBOARDS)} dashboards over {folder.origin} data in {target}")


@superset.command()
@click.option("--port", default=8088, show_default=True, help="On 127.0.0.1.")
@origin_option
def serve(port: int, origin: str | None) -> None:
    """Serve them in a Superset of their own until Ctrl-C; its settings are kept beside the data."""
    folder = published_folder(origin)
    with running(folder.root / "superset", folder.shelf.database, folder.origin, port) as served:
        for dashboard in DASHBOARDS:
            slug = bundle.dashboard_slug(dashboard, folder.origin)
            click.echo(f"{dashboard.title:<20}{served.url}/superset/dashboard/{slug}/")
        click.echo(f"as {USER} with the password {served.password}; Ctrl-C ends it")
        signal.pause()


if __name__ == "__main__":
    superset()
