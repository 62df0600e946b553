"""``tidegauge alerts``: what somebody should look at, also while publishing is blocked."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from assets.alert_message import heading, message
from assets.alert_sending import COMMAND_VARIABLE, WEBHOOK_VARIABLE, NotSent, send, target
from pipelines.command.reading import format_option, landed_folder, origin_option, plain
from warehouse import alerts as kept
from warehouse.alerts import Alert


@click.command()
@click.option("--all", "is_all", is_flag=True, help="Those that are over too.")
@click.option("--dry-run", is_flag=True, help="The message that the next run would send, as JSON; nothing is sent.")
@click.option("--test", "is_test", is_flag=True, help="Send one message that says it is a test.")
@format_option("text", "json")
@origin_option
def alerts(is_all: bool, dry_run: bool, is_test: bool, style: str, origin: str | None) -> None:
    """Say what stands: stale sources, failed checks, quarantine, upstreams that changed, flushes, thresholds.

    A run looks at each query in sql/alerts and each line of sql/alerts/thresholds.toml, and at yours in alerts/
    under the origin's data. It sends what is new, and what is over, as one JSON message with a text to
    TIDEGAUGE_ALERT_WEBHOOK (by POST) or TIDEGAUGE_ALERT_COMMAND (on its standard input, without a shell); what
    cannot be sent waits for the next run. Every alert there ever was: tidegauge show quality.alert.
    """
    folder = landed_folder(origin)
    found, unsent_because = kept.read(folder.alerts / kept.FILE)
    if is_test:
        try:
            send({"text": f"{heading(folder.origin)}: a test, nothing is wrong", "origin": folder.origin, "alerts": []})
        except NotSent as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"sent to the {target()}")
    elif dry_run:
        click.echo(json.dumps(message(folder.origin, [a for a in found if a.is_to_be_sent]), indent=1))
    else:
        shown = [alert for alert in found if is_all or alert.is_open]
        click.echo(_as_json(shown) if style == "json" else _as_text(folder.origin, shown, unsent_because))


def _as_json(shown: Sequence[Alert]) -> str:
    return json.dumps([asdict(alert) for alert in shown], default=plain, indent=1)


def _as_text(origin: str, shown: Sequence[Alert], unsent_because: str) -> str:
    """A line per alert, newest first, and whether they were sent."""
    lines = [f"{heading(origin)}: {len(shown) or 'no'} alert{'' if len(shown) == 1 else 's'}"]
    for alert in sorted(shown, key=lambda alert: alert.opened_at, reverse=True):
        over = f" to {alert.resolved_at:%Y-%m-%d %H:%M}" if alert.resolved_at else ""
        kind = alert.kind.replace("_", " ")
        lines += [f"{alert.severity:<9}{alert.opened_at:%Y-%m-%d %H:%M}{over} UTC  {kind}: {alert.message}"]
    if unsent_because:
        lines += ["", f"NOT SENT: {unsent_because}; the next run tries again"]
    elif shown and not _is_target_set():
        lines += ["", f"nobody is told: set {WEBHOOK_VARIABLE} or {COMMAND_VARIABLE} for runs"]
    return "\n".join(lines)


def _is_target_set() -> bool:
    try:
        return bool(target())
    except NotSent:
        return True
