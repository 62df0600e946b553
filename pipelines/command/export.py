"""``tidegauge export``: tables as files, all of them or only what may be passed on."""

from pathlib import Path

import click
from rich.progress import track

from pipelines.command.naming import TableName
from pipelines.command.reading import origin_option, published_folder
from pipelines.places import Folder
from warehouse.copies import export_query
from warehouse.dictionary import dictionary
from warehouse.licences import passed_on
from warehouse.table import Table
from warehouse.tables import TABLES

SOURCES = "SOURCES.md"


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("tables", nargs=-1, type=TableName())
@click.option("--redistributable", is_flag=True, help="Only rows whose licence lets you pass them on.")
@click.option("--format", "style", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@origin_option
def export(folder: Path, tables: tuple[Table, ...], redistributable: bool, style: str, origin: str | None) -> None:
    """Write published TABLES, or all, to FOLDER, with a dictionary that names licences and sources.

    \b
    tidegauge export out net_liquidity fed_purchases --format csv
    tidegauge export out --redistributable          without Yahoo, index owners, ICE, venues and what you provide
    """
    asked = tables or tuple(TABLES.values())
    queries = {table.name: passed_on(table) if redistributable else f"from {table.name}" for table in asked}
    if tables and (kept := [name for name, query in queries.items() if query is None]):
        raise click.UsageError(f"may not be passed on: {', '.join(f'{n} ({TABLES[n].licence})' for n in kept)}")
    written = {name: query for name, query in queries.items() if query is not None}
    source = published_folder(origin)
    for name, query in track(written.items(), "exporting", transient=True):
        target = folder / f"{name.replace('.', '/')}.{style}"
        target.parent.mkdir(parents=True, exist_ok=True)
        export_query(source.shelf.database, query, target)
    (folder / SOURCES).write_text(_origin(source) + dictionary(TABLES[name] for name in written))
    click.echo(f"{len(written)} tables of {source.origin} in {folder}" + _left_out(len(asked) - len(written)))


def _origin(folder: Folder) -> str:
    manifest = folder.shelf.manifest() or {}
    kind = "SYNTHETIC sample world" if folder.origin == "sample" else folder.origin
    return f"Data: {kind}, snapshot {manifest.get('snapshot', '')}.\n\n"


def _left_out(count: int) -> str:
    return f"; {count} left out, which may not be passed on" if count else ""
