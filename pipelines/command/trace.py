"""``tidegauge trace``: a number back to the bytes it came from."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
import polars as pl
from rich.console import Console

from pipelines.command.naming import TableName
from pipelines.command.reading import as_of_option, caption, format_option, origin_option, plain, published_folder, read
from pipelines.command.tracing import Row, told
from pipelines.places import Folder
from pipelines.tracing.found import LineageError
from pipelines.tracing.lineage import lineage
from warehouse.landing import Landed
from warehouse.locating import Body
from warehouse.table import Table


@click.command()
@click.argument("table", type=TableName())
@click.argument("key", nargs=-1, required=True, metavar="KEY=VALUE... [COLUMN]...")
@click.option("--all", "is_whole", is_flag=True, help="Print every fact, not the newest of each source.")
@format_option("text", "json")
@as_of_option
@origin_option
def trace(
    table: Table, key: tuple[str, ...], is_whole: bool, style: str, as_of: datetime | None, origin: str | None
) -> None:
    """Follow a row of TABLE, or some of its columns, down to requests and bytes.

    Prints the tables between, the rows of them that are used, and the facts at the end, each with its vintage, its
    reply and the exact bytes it was parsed from. Found by trying: whatever is not named may be missing or any other
    number, and the row stays the same. It is made again from what is named, to the last bit, before it is printed.

    \b
    tidegauge trace net_liquidity week_ending=2026-01-07 net_liquidity_usd
    tidegauge trace fed_purchases month=2025-12-01 operation=purchase
    tidegauge trace lead_lag driver=russell_2000 target=BTC lag_weeks=6 correlation
    """
    wanted = [part for part in key if "=" not in part]
    if unknown := set(wanted) - {column.name for column in table.columns}:
        raise click.UsageError(f"{table.name} has no column {', '.join(sorted(unknown))}")
    folder = published_folder(origin)
    of_key = dict(part.split("=", 1) for part in key if "=" in part)
    try:
        with Console(stderr=True).status("trying which facts matter"):
            found = lineage(folder.shelf.database, table, of_key, wanted, as_of)
    except LineageError as error:
        raise click.UsageError(str(error)) from None
    behind = _behind(folder)
    if style == "json":
        passed = [
            {
                "table": p.table.name,
                "columns": p.columns,
                "reads": p.reads,
                "rows": _keys(p.rows, p.table.key, p.columns),
            }
            for p in found.passed
            if p.reads
        ]
        facts = [behind(kind, row) for kind, rows in found.facts.items() for row in rows.iter_rows(named=True)]
        whole = {"table": table.name, "row": found.row, "columns": found.columns, "passed": passed, "facts": facts}
        click.echo(json.dumps(whole, default=plain, indent=1))
    else:
        click.echo("\n".join([*told(found, behind, is_whole=is_whole), f"\n{caption(folder)}"]))


def _keys(rows: pl.DataFrame, key: tuple[str, ...], columns: tuple[str, ...]) -> list[Row]:
    return rows.select(*key, *columns).to_dicts()


def _behind(folder: Folder) -> Callable[[str, Row], Row]:
    """What adds to a fact the reply that said it and the bytes at which it did; captured books lie in Parquet."""
    names, replies = read(folder, "from facts.landed")
    by_id = {row[0]: dict(zip(names, row, strict=True)) for row in replies}
    bodies: dict[str, Body] = {}

    def behind(name: str, fact: Row) -> Row:
        reply: dict[str, Any] | None = by_id.get(fact.get("landed_id"))
        if reply is None:
            return {"table": name, **fact, "reply": None, "bytes": None}
        if reply["sha256"] not in bodies:
            kept = {name: value for name, value in reply.items() if name != "known_at"}
            bodies[reply["sha256"]] = Body(folder.landing.body(Landed(**kept, content_type="")))
        return {"table": name, **fact, "reply": reply, "bytes": bodies[reply["sha256"]].at(fact["locator"])}

    return behind
