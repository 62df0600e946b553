"""Reading the published file: which origin, which table, and how rows are shown."""

import csv
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

import click
from rich.console import Console

from pipelines.command.layout import tables
from pipelines.places import Folder, data_root
from warehouse.copies import open_published
from warehouse.queries import UNANSWERABLE

ORIGINS = ("live", "replay", "sample")
Command = TypeVar("Command", bound=Callable[..., Any])

origin_option = click.option(
    "--origin",
    type=click.Choice(ORIGINS),
    envvar="TIDEGAUGE_ORIGIN",
    help="Whose data; the most recently published one by default.",
)


def format_option(*styles: str) -> Callable[[Command], Command]:
    """``--format`` with these styles, the first when none is told, and ``--json`` for short."""

    def decorated(command: Command) -> Command:
        short = click.option("--json", "style", flag_value="json", help="The same as --format json.")
        whole = click.option("--format", "style", type=click.Choice(styles), default=styles[0], show_default=True)
        return whole(short(command))

    return decorated


class RefusedQuery(click.ClickException):
    """What the database says of a query that it does not run, on one line."""

    exit_code = click.UsageError.exit_code


class Moment(click.ParamType[datetime]):
    """A time in UTC; a day means its end."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            told = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; for example 2026-01-08, 2026-01-08T21:30 or 2026-01-08T16:30-05:00")
        if len(value) <= len("2026-01-08"):
            told = datetime.combine(told, time.max)
        return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


as_of_option = click.option(
    "--as-of", type=Moment(), help="As it was known at this time (UTC; a day means its end). Default: now."
)


def published_folder(origin: str | None) -> Folder:
    """The folder asked for, or the one published last."""
    folders = [Folder(name) for name in ([origin] if origin else ORIGINS)]
    published = [(manifest["published_at"], folder) for folder in folders if (manifest := folder.shelf.manifest())]
    if not published:
        where = folders[0].root if origin else data_root()
        raise click.ClickException(f"nothing is published under {where} yet; start with: tidegauge run")
    return max(published, key=lambda found: str(found[0]))[1]


def landed_folder(origin: str | None) -> Folder:
    """The folder asked for, or the one published last, else the first for which anything was landed."""
    folders = [Folder(name) for name in ([origin] if origin else ORIGINS)]
    if not (landed := [folder for folder in folders if folder.landing.root.exists()]):
        where = folders[0].root if origin else data_root()
        raise click.ClickException(f"nothing was landed under {where} yet; start with: tidegauge run")
    return max(landed, key=lambda folder: folder.shelf.snapshot())


def read(folder: Folder, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of a query on the published file."""
    with open_published(folder.shelf.database) as connection:
        try:
            result = connection.execute(query)
            rows = result.fetchall()
        except UNANSWERABLE as error:
            raise RefusedQuery(" ".join(str(error).split())) from None
        return [column[0] for column in result.description or []], rows


def tell(folder: Folder, names: list[str], rows: list[tuple[Any, ...]], style: str) -> None:
    """Print rows; a table says whose data it is, since synthetic numbers look like real ones."""
    if style == "json":
        click.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=plain, indent=1))
    elif style == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([["" if value is None else plain(value) for value in row] for row in rows])
    else:
        wide = not sys.stdout.isatty()
        console = Console(soft_wrap=wide, width=500 if wide else None)
        for table in tables(names, rows, console.width):
            console.print(table)
        console.print(caption(folder), style="dim")


def caption(folder: Folder) -> str:
    manifest = folder.shelf.manifest() or {}
    what = "SYNTHETIC sample world" if folder.origin == "sample" else f"{folder.origin} data"
    return f"{what}, snapshot {manifest.get('snapshot', '')}"


def plain(value: object) -> object:
    return (
        value.isoformat()
        if isinstance(value, date | datetime)
        else value
        if isinstance(value, int | float | str | bool)
        else str(value)
    )
