"""``tidegauge doctor``: what is wrong with the set-up, and how to mend it."""

import json
from dataclasses import asdict

import click

from pipelines.command.reading import ORIGINS, format_option

MARKS = {"ok": "ok     ", "note": "note   ", "wrong": "WRONG  "}
SOMETHING_WRONG = 3


@click.command()
@click.option(
    "--origin", type=click.Choice(ORIGINS), default="sample", show_default=True, help="live asks the network too."
)
@format_option("text", "json")
@click.pass_context
def doctor(ctx: click.Context, origin: str, style: str) -> None:
    """Look at packages, disk, database, keys, network and clock, and say how to mend what is wrong.

    Exit status: 0, or 3 when something is wrong. A note is no fault.
    """
    from pipelines.diagnosis import diagnose

    findings = list(diagnose(origin))
    if style == "json":
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            click.echo(f"{MARKS[finding.level]}{finding.what}")
            if finding.mend:
                click.echo(f"         {finding.mend}")
    if any(finding.level == "wrong" for finding in findings):
        ctx.exit(SOMETHING_WRONG)
