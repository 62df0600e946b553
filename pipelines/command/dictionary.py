"""``tidegauge dictionary``: what every table and column means."""

import click

from warehouse.dictionary import dictionary as rendered
from warehouse.tables import TABLES


@click.command()
@click.argument("tables", nargs=-1)
def dictionary(tables: tuple[str, ...]) -> None:
    """Print the data dictionary of TABLES, or of all, as Markdown: meaning, unit, formula, rules, licence.

    \b
    tidegauge dictionary net_liquidity
    """
    names = [next((n for n in (table, f"metrics.{table}") if n in TABLES), table) for table in tables] or list(TABLES)
    if unknown := [name for name in names if name not in TABLES]:
        raise click.UsageError(f"there is no table {', '.join(unknown)}; there are: {', '.join(sorted(TABLES))}")
    click.echo(rendered((TABLES[name] for name in names), with_series=not tables), nl=False)
