"""What is sent of alerts: text for a person, and the same as rows. Suits hooks that take ``{"text": ...}``."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from warehouse.alerts import Alert

LINES, SUBJECTS, ROWS = 20, 5, 100
ORDER = ("critical", "warning", "notice")


def message(origin: str, news: Sequence[Alert]) -> dict[str, Any]:
    """One message for all that is news: a line per kind and source, worst first; each alert once among its rows."""
    groups: dict[tuple[bool, int, str, str], list[Alert]] = {}
    for alert in news:
        key = (not alert.is_open, ORDER.index(alert.severity), alert.kind, alert.source)
        groups.setdefault(key, []).append(alert)
    lines = [_line(alerts) for _, alerts in sorted(groups.items())]
    if len(lines) > LINES:
        lines = [*lines[:LINES], f"and {len(lines) - LINES} more: tidegauge alerts --origin {origin}"]
    return {
        "text": "\n".join([f"{heading(origin)}: {_counts(news)}", *lines]),
        "origin": origin,
        "alerts": [_row(alert) for alert in news[:ROWS]],
    }


def heading(origin: str) -> str:
    return f"tidegauge {origin}{' (SYNTHETIC)' if origin == 'sample' else ''}"


def _counts(news: Sequence[Alert]) -> str:
    opened = [f"{n} {severity}" for severity in ORDER if (n := sum(a.is_open and a.severity == severity for a in news))]
    over = sum(not alert.is_open for alert in news)
    return ", ".join([*opened, *([f"{over} over"] if over else [])])


def _line(alerts: Sequence[Alert]) -> str:
    """Alerts of one kind and source, which began or ended alike."""
    first = alerts[0]
    kind = first.kind.replace("_", " ")
    if not first.is_open:
        return f"over: {kind}: {_named(alerts)} (since {first.opened_at:%Y-%m-%d %H:%M} UTC)"
    if len(alerts) == 1:
        return f"{first.severity.upper()} {kind}: {first.message}"
    return f"{first.severity.upper()} {kind} {first.source}: {_named(alerts)}; the first: {first.message}"


def _named(alerts: Sequence[Alert]) -> str:
    named = ", ".join(alert.subject for alert in alerts[:SUBJECTS])
    return named + (f" and {len(alerts) - SUBJECTS} more" if len(alerts) > SUBJECTS else "")


def _row(alert: Alert) -> dict[str, Any]:
    told = ("kind", "subject", "source", "severity", "message", "opened_at", "resolved_at")
    row = asdict(alert)
    return {name: row[name].isoformat() if name.endswith("_at") and row[name] else row[name] for name in told}
