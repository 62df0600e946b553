"""``tidegauge dictionary``: what every table and column means."""

import click

from pipelines.command.naming import TableName
from warehouse.dictionary import dictionary as rendered
from warehouse.table import Table
from warehouse.tables import TABLES


@click.command()
@click.argument("tables", nargs=-1, type=TableName())
def dictionary(tables: tuple[Table, ...]) -> None:
    """Print the data dictionary of TABLES, or of all, as Markdown: meaning, unit, formula, rules, licence.

    \b
    tidegauge dictionary net_liquidity
    """
    click.echo(rendered(tables or TABLES.values(), with_series=not tables), nl=False)
