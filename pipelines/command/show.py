"""``tidegauge show``: the last rows of a table."""

import click

from pipelines.command.reading import format_option, origin_option, published_folder, read, tell
from warehouse.tables import TABLES


@click.command()
@click.argument("table")
@click.option("--last", default=10, show_default=True, type=click.IntRange(min=1), help="How many rows, newest first.")
@format_option
@origin_option
def show(table: str, last: int, style: str, origin: str | None) -> None:
    """Show the last rows of TABLE, newest first.

    TABLE is schema.table, or just the name of a metric: tidegauge show fed_purchases --last 3
    """
    name = next((n for n in (table, f"metrics.{table}") if n in TABLES), None)
    if name is None:
        raise click.UsageError(f"there is no table {table}; there are: {', '.join(sorted(TABLES))}")
    declared = TABLES[name]
    newest_first = sorted(declared.key, key=lambda column: declared.column(column).type not in ("date", "timestamptz"))
    order = ", ".join(f"{column} desc" for column in newest_first)
    folder = published_folder(origin)
    tell(folder, *read(folder, f"from {name} order by {order} limit {last}"), style)
