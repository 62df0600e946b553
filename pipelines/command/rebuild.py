"""``tidegauge rebuild``: every table again from what was landed."""

import time
import uuid

import click

from pipelines.command.reading import landed_folder, origin_option
from pipelines.command.run import as_text
from pipelines.mending import rebuild_store
from pipelines.origins import offline
from pipelines.runs import run_offline


@click.command()
@origin_option
@click.pass_context
def rebuild(ctx: click.Context, origin: str | None) -> None:
    """Make every table again from landing, check them and publish. No upstream is asked.

    \b
    tidegauge rebuild                   of the origin that was published last
    tidegauge rebuild --origin live

    What was fetched is read in the order in which it was received, whatever order the journal has it in; order
    books come from their Parquet files. The tables are the same as before, to their content hashes, except those
    that tell of runs (quality.ledger, quality.recording, quality.result), and quality.freshness, which is judged
    by the clock.

    The new database is made beside the old one and swapped in when it is complete: until then, and when it fails,
    the old one stays as it is. Readers of what is published notice nothing.

    Exit status: 0 published, 1 a blocking check failed and nothing was published, 3 something that was landed is
    damaged, which tidegauge verify names.
    """
    folder, began = landed_folder(origin), time.monotonic()
    rebuilt = rebuild_store(folder, offline(folder.origin), str(uuid.uuid4()), keep=False)
    took = time.monotonic() - began
    outcome = run_offline(folder.origin)
    click.echo(f"rebuilt     {rebuilt} in {took:,.1f} s")
    click.echo(as_text(outcome))
    ctx.exit(outcome.exit_status)
