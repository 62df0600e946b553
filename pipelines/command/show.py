"""``tidegauge show``: the tables, or the last rows of one, now or as they were known at a time."""

from datetime import datetime

import click

from pipelines.command.naming import TableName
from pipelines.command.reading import as_of_option, format_option, origin_option, published_folder, read, tell
from warehouse.table import Table
from warehouse.tables import TABLES


@click.command()
@click.argument("table", type=TableName(), required=False)
@click.option("--last", default=10, show_default=True, type=click.IntRange(min=1), help="How many rows, newest first.")
@as_of_option
@click.option("--first", is_flag=True, help="From every input's first vintage: as first published.")
@format_option("table", "csv", "json")
@origin_option
def show(table: Table | None, last: int, as_of: datetime | None, first: bool, style: str, origin: str | None) -> None:
    """Show the last rows of TABLE, newest first; without TABLE, which tables there are.

    TABLE is schema.table, or just the name of a metric. Where a terminal is too narrow for its columns, they run down.
    With --as-of nothing that became known later is used:

    \b
    tidegauge show fed_purchases --last 3
    tidegauge show net_liquidity --as-of 2026-01-08
    """
    folder = published_folder(origin)
    if table is None:
        published = (folder.shelf.manifest() or {})["tables"]
        rows = [(name, published[name]["rows"], TABLES[name].doc) for name in sorted(published)]
        tell(folder, ["table", "rows", "meaning"], rows, style)
        return
    newest_first = sorted(table.key, key=lambda column: table.column(column).type not in ("date", "timestamptz"))
    order = ", ".join(f"{column} desc" for column in newest_first)
    query = f"from {table.name} order by {order} limit {last}"
    if as_of or first:
        from pipelines.as_known import as_known

        with as_known(folder.shelf.database, as_of, first=first) as known:
            found = known.read(query)
            tell(folder, found.columns, found.rows(), style)
    else:
        tell(folder, *read(folder, query), style)
