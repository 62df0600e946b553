"""``tidegauge claims``: what the data say about each claim, now or as of a time, and why."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

import click
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from assets.report.evidence import line, shown
from pipelines.command.reading import as_of_option, caption, format_option, origin_option, published_folder, read, tell
from pipelines.places import Folder

Row = dict[str, Any]

LATEST = "from metrics.claim qualify as_of = max(as_of) over (partition by claim_id, part) order by claim_id, part"
COLOURS = {"supported": "green", "partly": "yellow", "refuted": "red", "reversed": "magenta"}
A_CHECK_FAILED = 1


@click.command()
@as_of_option
@click.option("--why", metavar="ID", help="All there is behind one claim: evidence, queries, and how verdicts changed.")
@format_option("table", "csv", "json")
@origin_option
def claims(as_of: datetime | None, why: str | None, style: str, origin: str | None) -> None:
    """Score every claim of assets/claims/claims.toml by what the data say.

    \b
    tidegauge claims                        the verdicts now
    tidegauge claims --as-of 2026-01-20     the verdicts then: nothing that became known later is used
    tidegauge claims --why C05              numbers, coverage, query, and every change of verdict
    tidegauge claims --json                 for machines; --format csv for a spreadsheet

    \b
    supported     the data say so
    partly        in part, or not as strongly
    refuted       the data say otherwise
    reversed      refuted now, after having been supported
    pending       its date or its data are not there yet
    unmeasurable  there are no data, they are too old, or too few to tell

    Now is when the data end. Without --as-of the verdicts are those of the last run (metrics.claim has all looks);
    with it the file of claims is scored as it stands. A claim that is broken is named on standard error, the others
    are told, and the exit status is 1.
    """
    folder = published_folder(origin)
    rows = _then(folder, as_of) if as_of else _rows(folder, LATEST)
    if why:
        rows = [row for row in rows if row["claim_id"] == why.upper()]
        if not rows:
            raise click.UsageError(f"there is no claim {why} by then; tidegauge claims lists them")
        history = _history(folder, why.upper(), as_of)
        if style == "json":
            click.echo(json.dumps([_plain(row) | {"history": _of(row, history)} for row in rows], indent=1))
        else:
            click.echo("\n".join([*_told(rows, history), "", caption(folder)]))
    elif style == "json":
        click.echo(json.dumps([_plain(row) for row in rows], indent=1))
    elif style == "csv":
        names = ("claim_id", "part", "as_of", "verdict", "verdict_since", "statement", "part_statement", "evidence")
        tell(folder, list(names), [tuple(row[name] for name in names) for row in rows], style)
    else:
        _table(folder, rows, as_of)
    broken = [row for row in rows if row["error"]]
    for row in broken:
        click.echo(f"{row['claim_id']} {row['part']} is broken: {row['error']}", err=True)
    if broken:
        raise click.exceptions.Exit(A_CHECK_FAILED)


def _rows(folder: Folder, query: str) -> list[Row]:
    names, rows = read(folder, query)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _then(folder: Folder, as_of: datetime) -> list[Row]:
    """Scored as of a time, with the memory of the looks before it."""
    from assets.claims.declared import claims as declared
    from assets.claims.ledger import fresh
    from pipelines.as_known import as_known

    with (
        Console(stderr=True).status("making what was known then"),
        as_known(folder.shelf.database, as_of) as known,
    ):
        history = known.read("from metrics.claim")
        rows = fresh(declared(), known.read, as_of, history).rows(named=True)
    return sorted(rows, key=lambda row: (row["claim_id"], row["part"]))


def _history(folder: Folder, claim_id: str, as_of: datetime | None) -> list[Row]:
    """The looks at which a verdict changed."""
    known = f"and known_at < timestamptz '{as_of.isoformat()}'" if as_of else ""
    changes = f"from metrics.claim where claim_id = '{claim_id}' and verdict_since = as_of {known}"
    return _rows(folder, f"{changes} order by part, as_of")


def _of(row: Row, history: list[Row]) -> list[Row]:
    """The verdicts of one part, in order, to the one that is told."""
    changes = [then for then in history if then["part"] == row["part"] and then["as_of"] < row["as_of"]]
    if row["verdict_since"] == row["as_of"]:
        changes.append(row)
    return [
        {"as_of": then["as_of"].isoformat(), "verdict": then["verdict"], "numbers": _evidence(then)["numbers"]}
        for then in changes
    ]


def _evidence(row: Row) -> Row:
    told: Row = json.loads(row["evidence"])
    return told


def _plain(row: Row) -> Row:
    told = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
    return {name: value for name, value in told.items() if name != "inputs"} | {"evidence": _evidence(row)}


# -- to read ---------------------------------------------------------------------------------------


def _table(folder: Folder, rows: list[Row], as_of: datetime | None) -> None:
    if not rows:
        click.echo(f"no claim had been made by {as_of:%Y-%m-%d}" if as_of else "no claims; they are scored by a run")
        return
    wide = sys.stdout.isatty()
    table = RichTable("claim", "part", "verdict", "since", "numbers", caption=caption(folder), padding=(0, 1))
    for _, parts in groupby(rows, key=lambda row: row["claim_id"]):
        for row in parts:
            verdict = Text(row["verdict"], style=COLOURS.get(row["verdict"], "dim"))
            then = f"supported until {row['supported_until']:%Y-%m-%d}; " if row["verdict"] == "reversed" else ""
            told = then + line(_evidence(row))
            table.add_row(row["claim_id"], row["part"], verdict, f"{row['verdict_since']:%Y-%m-%d}", told)
        table.add_section()
    Console(soft_wrap=not wide, width=None if wide else 500).print(table)
    click.echo(f"as of {max(row['as_of'] for row in rows):%Y-%m-%d %H:%M} UTC; --why ID tells what is behind one")


def _told(rows: list[Row], history: list[Row]) -> Iterator[str]:
    """Everything behind a claim, to read."""
    yield f"{rows[0]['claim_id']}  {rows[0]['statement']}"
    for row in rows:
        evidence = _evidence(row)
        coverage = evidence["coverage"]
        moments = f"since {row['verdict_since']:%Y-%m-%d}, as of {row['as_of']:%Y-%m-%d %H:%M}"
        yield f"\n{row['part']}: {row['verdict'].upper()} {moments}"
        yield f"  {row['part_statement']}"
        if evidence["refuted_by"]:
            yield f"  refuted by  {evidence['refuted_by']}"
        if evidence["horizon"]:
            yield f"  horizon     {evidence['horizon']}"
        if row["error"]:
            yield f"  BROKEN      {row['error']}"
        elif evidence["reason"]:
            yield f"  because     {evidence['reason']}"
        if row["verdict"] == "reversed":
            yield f"  supported   from {row['supported_from']:%Y-%m-%d} to {row['supported_until']:%Y-%m-%d}"
        for name, value in evidence["numbers"].items():
            if value is not None:
                yield f"  {name:<34}{shown(name, value)}"
        if evidence["n"] is not None:
            span = f" from {coverage['from']} to {coverage['to']}" if coverage["from"] else ""
            yield f"  n           {evidence['n']:,}{span}"
        for name, source in coverage["tables"].items():
            yield f"  from        {name}: {source['rows']:,} rows, newest known at {source['newest_known_at']}"
        yield "  history"
        for then in _of(row, history):
            yield f"    {then['as_of'][:10]}  {then['verdict']:<13}{line({'reason': None, 'numbers': then['numbers']})}"
        if evidence["query"]:
            yield "  query"
            yield from (f"    {text}" for text in evidence["query"].splitlines())
