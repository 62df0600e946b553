"""``tidegauge sql``: a query on the published file."""

import click

from pipelines.command.reading import format_option, origin_option, published_folder, read, tell


@click.command()
@click.argument("query")
@format_option("table", "csv", "json")
@origin_option
def sql(query: str, style: str, origin: str | None) -> None:
    """Run QUERY (DuckDB SQL, read-only) on the published file.

    \b
    tidegauge sql "select week_ending, net_liquidity_usd / 1e9 from metrics.net_liquidity order by 1 desc"
    tidegauge sql "select table_name, comment from duckdb_tables()"
    """
    folder = published_folder(origin)
    tell(folder, *read(folder, query), style)
