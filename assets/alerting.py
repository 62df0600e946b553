"""Alerting: what a run saw, written down and sent once, whether or not what it made may be published."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assets.alert_message import message
from assets.alert_sending import NotSent, send, target
from warehouse.alerts import FILE, Alert, Changed, held, keep, look, read, write
from warehouse.conditions import ALERTS, conditions
from warehouse.store import Store


def look_out(store: Store, folder: Path) -> Changed:
    """Look at every condition, ours and the user's in ``folder``, and write what stands beside the database."""
    changed = look(store, conditions(ALERTS, folder), datetime.now(UTC))
    write(folder / FILE, held(store), unsent_because="")
    return changed


def tell(store: Store, origin: str, folder: Path) -> None:
    """Send what nobody was told yet, where somebody is to be told, as one message.

    What cannot be sent waits for the next run, and is not tried again in this one.
    """
    _, unsent_because = read(folder / FILE)
    news = [alert for alert in held(store) if alert.is_to_be_sent]
    if unsent_because or not news:
        return
    try:
        if not target():
            return
        send(message(origin, news))
    except NotSent as error:
        write(folder / FILE, held(store), unsent_because=str(error))
        return
    now = datetime.now(UTC)
    keep(store, [_sent(alert, now) if alert.is_to_be_sent else alert for alert in held(store)])
    write(folder / FILE, held(store), unsent_because="")


def _sent(alert: Alert, now: datetime) -> Alert:
    return replace(alert, sent_at=now) if alert.is_open else replace(alert, resolution_sent_at=now)
