"""``tidegauge trace``: a number back to the bytes it came from."""

import json
from collections.abc import Iterator
from typing import Any

import click
import polars as pl
from rich.console import Console

from pipelines.command.reading import caption, origin_option, plain, published_folder, read, shown
from pipelines.places import Folder
from warehouse.landing import Landed
from warehouse.lineage import Lineage, LineageError, lineage
from warehouse.locating import located
from warehouse.tables import TABLES
from warehouse.tables.columns import PROVENANCE

#: How many of a source's facts are printed; ``--format json`` has all.
PRINTED = 3
NOT_A_CLAIM = {column.name for column in PROVENANCE}


@click.command()
@click.argument("table")
@click.argument("key", nargs=-1, required=True, metavar="KEY=VALUE... [COLUMN]...")
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", help="To read, or JSON with all."
)
@origin_option
def trace(table: str, key: tuple[str, ...], style: str, origin: str | None) -> None:
    """Follow a row of TABLE, or some of its columns, down to requests and bytes.

    Names every fact that could have changed it, with the vintage, the reply and the exact bytes it was parsed from.
    Found by trying: facts are left out and shaken, and what remains makes the row again, to the last bit. For a
    metric that rests on years of many series this takes a minute or more.

    \b
    tidegauge trace net_liquidity week_ending=2026-01-07 net_liquidity_usd
    tidegauge trace fed_purchases month=2025-12-01 operation=purchase
    """
    name = next((n for n in (table, f"metrics.{table}") if n in TABLES), None)
    if name is None:
        raise click.UsageError(f"there is no table {table}; there are: {', '.join(sorted(TABLES))}")
    declared = TABLES[name]
    wanted = [part for part in key if "=" not in part]
    if unknown := set(wanted) - {column.name for column in declared.columns}:
        raise click.UsageError(f"{name} has no column {', '.join(sorted(unknown))}")
    folder = published_folder(origin)
    told = dict(part.split("=", 1) for part in key if "=" in part)
    try:
        with Console(stderr=True).status("trying which facts matter"):
            found = lineage(folder.shelf.database, declared, told, wanted)
    except LineageError as error:
        raise click.UsageError(str(error)) from None
    facts = [fact for name, rows in found.facts.items() for fact in _facts(folder, name, rows)]
    if style == "json":
        whole = {"table": name, "row": found.row, "columns": wanted, "through": found.through, "facts": facts}
        click.echo(json.dumps(whole, default=plain, indent=1))
    else:
        click.echo("\n".join(_text(folder, found, wanted, facts)))


def _facts(folder: Folder, name: str, rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Facts with the reply that said them and the bytes at which it did; a captured book lies in Parquet instead."""
    landing = folder.landing
    names, replies = read(folder, "from facts.landed")
    by_id = {row[0]: dict(zip(names, row, strict=True)) for row in replies}
    bodies: dict[str, bytes] = {}
    for row in rows.iter_rows(named=True):
        reply = by_id.get(row.get("landed_id"))
        if reply is None:
            yield {"table": name, **row, "reply": None, "bytes": None}
            continue
        if reply["sha256"] not in bodies:
            kept = {name: value for name, value in reply.items() if name != "known_at"}
            bodies[reply["sha256"]] = landing.body(Landed(**kept, content_type=""))
        yield {"table": name, **row, "reply": reply, "bytes": located(bodies[reply["sha256"]], row["locator"])}


def _text(folder: Folder, found: Lineage, wanted: list[str], facts: list[dict[str, Any]]) -> Iterator[str]:
    yield found.table.name + "  " + "  ".join(f"{name}={plain(found.row[name])}" for name in found.table.key)
    for column in found.table.columns:
        if column.name not in found.table.key and (not wanted or column.name in wanted):
            yield f"  {column.name:<28}{shown(found.row[column.name])}{f'  {column.unit}' if column.unit else ''}"
    yield f"  known at {plain(found.row['known_at'])}"
    if found.through:
        yield "made by " + " <- ".join(f"sql/{name.replace('.', '/')}.sql" for name in reversed(found.through))
    yield f"from {len(facts):,} fact{'' if len(facts) == 1 else 's'}:"
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for fact in facts:
        declared = TABLES[fact["table"]]
        group = [fact[n] for n in declared.key if declared.column(n).type == "varchar" and not n.endswith("_id")]
        groups.setdefault((fact["table"], fact.get("series_id", ""), *group), []).append(fact)
    for (name, *group), members in groups.items():
        periods = sorted(str(plain(fact[TABLES[name].grain or "known_at"])) for fact in members)
        span = periods[0] if len(members) == 1 else f"{len(members)} from {periods[0]} to {periods[-1]}"
        yield f"\n{name}  {' '.join(str(part) for part in group if part)}  {span}"
        for fact in members[:PRINTED]:
            yield from _fact(fact)
        if len(members) > PRINTED:
            yield f"  ... and {len(members) - PRINTED} more: --format json has them"
    yield f"\n{caption(folder)}"


def _fact(fact: dict[str, Any]) -> Iterator[str]:
    reply, declared = fact["reply"], TABLES[fact["table"]]
    told = ", ".join(
        f"{c.name} {shown(fact[c.name])}"
        for c in declared.columns
        if c.name not in NOT_A_CLAIM and fact[c.name] not in (None, "") and not c.name.endswith("_id")
    )
    yield f"  {told}"
    if reply is None:
        yield f"    known at {plain(fact['known_at'])}, from captured books: books/ beside the warehouse, by day"
        return
    yield f"    known at {plain(fact['known_at'])} ({fact['known_at_basis']})"
    yield f"    reply {fact['landed_id']}: {reply['request']}"
    yield f"    received {plain(reply['received_at'])}, sha256 {reply['sha256'][:16]}..., {fact['locator']}:"
    yield f"      {' '.join(fact['bytes'].split())[:300]}"
