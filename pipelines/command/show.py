"""``tidegauge show``: the last rows of a table, now or as they were known at a time."""

from datetime import datetime

import click

from pipelines.command.reading import as_of_option, format_option, origin_option, published_folder, read, tell
from warehouse.tables import TABLES


@click.command()
@click.argument("table")
@click.option("--last", default=10, show_default=True, type=click.IntRange(min=1), help="How many rows, newest first.")
@as_of_option
@click.option("--first", is_flag=True, help="From every input's first vintage: as first published.")
@format_option("table", "csv", "json")
@origin_option
def show(table: str, last: int, as_of: datetime | None, first: bool, style: str, origin: str | None) -> None:
    """Show the last rows of TABLE, newest first.

    TABLE is schema.table, or just the name of a metric. With --as-of nothing that became known later is used:

    \b
    tidegauge show fed_purchases --last 3
    tidegauge show net_liquidity --as-of 2026-01-08
    """
    name = next((n for n in (table, f"metrics.{table}") if n in TABLES), None)
    if name is None:
        raise click.UsageError(f"there is no table {table}; there are: {', '.join(sorted(TABLES))}")
    declared = TABLES[name]
    newest_first = sorted(declared.key, key=lambda column: declared.column(column).type not in ("date", "timestamptz"))
    order = ", ".join(f"{column} desc" for column in newest_first)
    folder = published_folder(origin)
    query = f"from {name} order by {order} limit {last}"
    if as_of or first:
        from pipelines.as_known import as_known

        with as_known(folder.shelf.database, as_of, first=first) as known:
            rows = known.read(query)
            tell(folder, rows.columns, rows.rows(), style)
    else:
        tell(folder, *read(folder, query), style)
