"""``tidegauge report``: the page of what is published."""

import shutil
import webbrowser
from pathlib import Path

import click

from pipelines.command.reading import origin_option, published_folder


@click.command()
@click.option("--open/--no-open", "is_opened", default=True, help="Open it in the browser, or only say where it is.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Copy it there instead; the copy needs nothing beside itself.",
)
@origin_option
def report(is_opened: bool, output: Path | None, origin: str | None) -> None:
    """Open the page of what is published, and say where it is.

    One HTML file that works offline: liquidity and what moved it, what the Fed, the Treasury and the agencies did,
    risk appetite, crypto leverage, and what is stale, missing or failing. Every number leads to its definition and
    to the command that traces it; every chart to its rows and its query. tidegauge run makes it.

    \b
    tidegauge report
    tidegauge report --origin live --no-open
    tidegauge report --output monday.html
    """
    shelf = published_folder(origin).shelf
    if not shelf.report.exists():
        raise click.ClickException(f"there is no {shelf.report} yet; the next tidegauge run makes it")
    if shelf.report.resolve().parent.name != shelf.snapshot():
        click.echo("note: the page shows an earlier snapshot; the next tidegauge run makes the newest one's", err=True)
    if output:
        shutil.copyfile(shelf.report, output)
    click.echo(output or shelf.report)
    if is_opened and not output and not webbrowser.open(shelf.report.as_uri()):
        click.echo("note: no browser was found to open it", err=True)
