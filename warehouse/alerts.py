"""Alerts: each condition one row, from when a run saw it to when one saw that it was over."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from warehouse import sealed
from warehouse.conditions import MACROS, Condition, ConditionError
from warehouse.landing import write_durably
from warehouse.queries import UNANSWERABLE
from warehouse.store import Store, StoreError
from warehouse.tables.alerts import ALERT, SEVERITIES

#: Beside the live database, for readers while publishing is blocked, and for a database that is made again.
FILE = "alerts.json"
AGAIN = "the next tidegauge run, or tidegauge verify --repair, writes it again from the database"
BROKEN = "alert_definition"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One row of ``quality.alert``."""

    kind: str
    subject: str
    source: str
    severity: str
    message: str
    is_event: bool
    opened_at: datetime
    resolved_at: datetime | None = None
    sent_at: datetime | None = None
    resolution_sent_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def is_to_be_sent(self) -> bool:
        """Whether somebody is yet to be told that it began, or is over having been told that it began."""
        if self.is_open:
            return self.sent_at is None
        return self.sent_at is not None and self.resolution_sent_at is None and not self.is_event


@dataclass
class Changed:
    """What began and what ended."""

    opened: list[Alert] = field(default_factory=list)
    resolved: list[Alert] = field(default_factory=list)


#: Every alert there ever was, oldest first.
HELD = f"select * exclude (known_at) from {ALERT.name} order by {', '.join(('opened_at', *ALERT.key[:2]))}"


def held(store: Store) -> list[Alert]:
    return [Alert(**row) for row in store.read(HELD).rows(named=True)]


def look(store: Store, found: Iterable[Condition | ConditionError], now: datetime) -> Changed:
    """Open an alert for each condition that holds and has none, and end those whose condition holds no more.

    A condition that cannot be asked is an alert itself, and those of its kind stay as they are.
    """
    for macro, body in MACROS.items():
        store.do(f"create or replace temp macro {macro} as {body}")
    seen: dict[tuple[str, str], Alert] = {}
    unasked: set[str] = set()
    for condition in found:
        try:
            if isinstance(condition, ConditionError):
                raise condition
            alerts = _selected(store, condition, now)
        except ConditionError as error:
            unasked.add(error.kind)
            alerts = [_broken(error, now)]
        seen |= {(alert.kind, alert.subject): alert for alert in alerts}
    before = held(store)
    standing = {(alert.kind, alert.subject) for alert in before if alert.is_open}
    changed = Changed(opened=[alert for key, alert in seen.items() if key not in standing])
    after = list(before)
    for n, alert in enumerate(before):
        if alert.is_open and (alert.kind, alert.subject) not in seen and alert.kind not in unasked:
            after[n] = replace(alert, resolved_at=now)
            changed.resolved.append(after[n])
    keep(store, [*after, *changed.opened])
    return changed


def keep(store: Store, alerts: Sequence[Alert]) -> None:
    """Make the table hold these alerts; nothing is written when it does."""
    rows = [asdict(alert) | {"known_at": alert.resolved_at or alert.opened_at} for alert in alerts]
    with store.transaction():
        store.replace(ALERT, pl.DataFrame(rows, schema=ALERT.polars_schema))


def write(path: Path, alerts: Sequence[Alert], unsent_because: str) -> None:
    """Put the alerts beside the database, unless they are there already; ``unsent_because`` is why some wait."""
    content = sealed.sealed({"unsent_because": unsent_because, "alerts": [asdict(alert) for alert in alerts]})
    if not path.exists() or path.read_bytes() != content:
        write_durably(path, content)


def read(path: Path) -> tuple[list[Alert], str]:
    """The alerts beside the database, and why some are not sent; none when no run has looked yet.

    Raises StoreError for a file that is not what this version writes.
    """
    if not path.exists():
        return [], ""
    try:
        return sealed.only(path).read(
            lambda told: ([_alert(row) for row in told["alerts"]], str(told["unsent_because"]))
        )
    except (sealed.BrokenSeal, sealed.OtherVersion):
        raise StoreError(f"{path} is damaged, or another version wrote it: {AGAIN}") from None


def _alert(row: dict[str, Any]) -> Alert:
    moments = {k: datetime.fromisoformat(v) if v else None for k, v in row.items() if k.endswith("_at")}
    return Alert(**{**row, **moments})


def _selected(store: Store, condition: Condition, now: datetime) -> list[Alert]:
    columns = "subject, source, severity, message"
    try:
        rows = store.read(f"select {columns} from ({condition.query}) order by all").rows(named=True)
    except UNANSWERABLE as error:
        raise ConditionError(condition.kind, condition.name, str(error).splitlines()[0]) from None
    if wrong := [row for row in rows if None in row.values() or row["severity"] not in SEVERITIES]:
        reason = f"it selects a row with a NULL, or of no known severity: {wrong[0]}"
        raise ConditionError(condition.kind, condition.name, reason)
    return [Alert(**row, kind=condition.kind, is_event=condition.is_event, opened_at=now) for row in rows]


def _broken(error: ConditionError, now: datetime) -> Alert:
    return Alert(
        kind=BROKEN,
        subject=error.name,
        source="sql/alerts",
        severity="critical",
        message=str(error),
        is_event=False,
        opened_at=now,
    )
