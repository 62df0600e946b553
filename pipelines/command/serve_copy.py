"""``tidegauge serve-copy``: the published tables in a PostgreSQL."""

import time

import click
from rich.console import Console
from rich.progress import track

from pipelines.command.naming import no_such
from pipelines.command.reading import origin_option, published_folder
from warehouse.serving import copying
from warehouse.table import Table
from warehouse.tables import TABLES


@click.command("serve-copy")
@click.argument("url")
@click.option("--select", multiple=True, help="A table or schema to copy; may be repeated. Default: all of them.")
@origin_option
def serve_copy(url: str, select: tuple[str, ...], origin: str | None) -> None:
    """Copy what is published into the PostgreSQL at URL, for clients that read nothing else.

    \b
    tidegauge serve-copy postgresql://writer@127.0.0.1/tidegauge
    tidegauge serve-copy postgresql://writer@127.0.0.1/tidegauge --select metrics --select quality.freshness

    The password is best left to PGPASSWORD or ~/.pgpass; it is never printed. Tables keep their schemas, types, keys
    and comments; tidegauge.copied says which snapshot they are of.

    The copy is one transaction: readers are never blocked and see the snapshot before or this one, never parts of
    both. Tables whose content is the same are left alone, and those of an earlier copy that are not selected are
    dropped. A schema that serve-copy did not make is refused, and so is a copy of another origin.

    Needs: pip install adbc-driver-postgresql
    """
    tables = _selected(select)
    folder, began = published_folder(origin), time.monotonic()
    # Resolved once: a publication meanwhile does not mix two snapshots.
    with copying(url, (folder.shelf.root / "current").resolve()) as copy:
        gone = copy.drop_all_but(tables)
        progress = track(tables, "copying", console=Console(stderr=True), transient=True)
        written = {table.name: copy.copy(table) for table in progress}
    changed = sum(rows > 0 for rows in written.values())
    click.echo(f"copied      snapshot {copy.manifest['snapshot']} of {folder.origin}")
    click.echo(f"tables      {len(tables)}, {changed} of them written, {len(gone)} dropped")
    click.echo(f"rows        {sum(written.values()):,} in {time.monotonic() - began:,.1f} s")


def _selected(names: tuple[str, ...]) -> list[Table]:
    """The tables that names of tables or schemas mean; a table of metrics needs no schema."""
    found: dict[str, Table] = {}
    for name in names or {table.schema for table in TABLES.values()}:
        meant = [t for t in TABLES.values() if name in (t.name, t.schema, t.name.removeprefix("metrics."))]
        if not meant:
            raise click.UsageError(no_such("table or schema", name))
        found |= {table.name: table for table in meant}
    return [table for table in TABLES.values() if table.name in found]
