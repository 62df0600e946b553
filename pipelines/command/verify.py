"""``tidegauge verify``: whether all that is kept is what was written, and mending it."""

import json
from typing import Any

import click

from pipelines.command.reading import format_option, landed_folder, origin_option
from pipelines.command.run import as_text
from pipelines.repairing import repair
from pipelines.verifying import Verified
from pipelines.verifying import verify as verify_folder

DAMAGED = 3


@click.command()
@click.option("--repair", "is_to_repair", is_flag=True, help="Mend what can be mended, note what is lost for good.")
@format_option("text", "json")
@origin_option
@click.pass_context
def verify(ctx: click.Context, is_to_repair: bool, style: str, origin: str | None) -> None:
    """Read all that is kept and name what is damaged: file, table, column, landed reply, and what to do.

    \b
    tidegauge verify                    of the origin that was published last
    tidegauge verify --origin live --format json
    tidegauge verify --repair           mend it, keeping what was damaged beside it as damaged-... or ....damaged

    Read are: the database, block by block and column by column; its ledger against the mirror outside it; every
    line of landing's journal and of its losses, every body against its hash, and these against the database; the
    order books, at rest against the checksums beside them and waiting in the spool, and what was captured and
    refused; the alerts beside the database; the published files against SHA256SUMS and the manifest. Not read are
    earlier snapshots, the runs of Dagster, logs, and your own alert conditions.

    A database that is damaged, or lost what was written last, is made again from landing, and published again. A
    landed body cannot be: it is noted as lost with its request, the next run fetches its job from the beginning,
    and until then it counts as damage.

    Exit status: 0 all is whole, 3 something is damaged.
    """
    folder = landed_folder(origin)
    found, done = verify_folder(folder), list[str]()
    if is_to_repair and found.damages:
        outcome = repair(folder, found.damages, done.append)
        if outcome and style == "text":
            done.append(as_text(outcome))
        before, found = found, verify_folder(folder)
        click.echo(_as_json(folder.origin, found, before) if style == "json" else _as_text(found, before, done))
    else:
        click.echo(_as_json(folder.origin, found) if style == "json" else _as_text(found))
    ctx.exit(DAMAGED if found.damages else 0)


def _as_json(origin: str, found: Verified, before: Verified | None = None) -> str:
    told: dict[str, Any] = {"origin": origin, "is_whole": not found.damages, "read": found.read}
    told["damaged"] = [damage.told() for damage in found.damages]
    if before:
        told["damaged_before_repair"] = [damage.told() for damage in before.damages]
    return json.dumps(told, default=str, indent=1)


def _as_text(found: Verified, before: Verified | None = None, done: list[str] | None = None) -> str:
    lines = [f"DAMAGED     {damage}" for damage in (before or found).damages]
    lines += ["", *(done or []), *(f"STILL       {damage}" for damage in found.damages)] if before else []
    read = {"database": "tables", "bodies": "landed bodies", "books": "book files", "published": "published tables"}
    counted = ", ".join(f"{found.read[kind]:,} {name}" for kind, name in read.items() if kind in found.read)
    lines += [f"{'damaged' if found.damages else 'whole':<12}{counted} read"]
    return "\n".join(lines)
