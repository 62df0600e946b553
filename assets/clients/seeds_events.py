"""Policy, fiscal, regulatory and market events, and the days on which an upstream changed its ways."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from assets.clients.cells import Unbelievable
from assets.clients.file_lines import Line, reject
from warehouse.claims import Parsed, Reply
from warehouse.releases import END_OF_DAY
from warehouse.tables.facts import POLICY_EVENT

EVENT_COLUMNS = ("event_date", "category", "title", "value", "unit", "status", "source")
STATUSES = POLICY_EVENT.column("status").one_of
IDENTITY = ("event_date", "category", "title")


def events(parsed: Parsed, reply: Reply, lines: Sequence[Line]) -> None:
    """Events, known from the end of their day in New York. An event entered twice is rejected, both times."""
    times = Counter(line.texts[: len(IDENTITY)] for line in lines)
    rows = []
    for line in lines:
        try:
            if times[line.texts[: len(IDENTITY)]] > 1:
                raise Unbelievable("title", line.text("title"), "this event is entered more than once")
            rows.append({**_event(line), "locator": line.locator})
        except Unbelievable as error:
            reject(parsed, reply, line, POLICY_EVENT.name, error)
    if rows:
        parsed.add(POLICY_EVENT, rows, reply)


def _event(line: Line) -> dict[str, Any]:
    day = line.day_of("event_date")
    for column in ("category", "title"):
        if not line.text(column):
            raise Unbelievable(column, "", "an event needs one")
    if line.text("value") and not line.text("unit"):
        raise Unbelievable("value", line.text("value"), "a value needs a unit")
    return {
        "event_date": day,
        "category": line.text("category"),
        "title": line.text("title"),
        "value": line.number_of("value") if line.text("value") else None,
        "unit": line.text("unit") or None,
        "status": line.one_of("status", STATUSES),
        "source": line.text("source") or None,
        "known_at": END_OF_DAY.known_at(day),
        "known_at_basis": "rule",
    }
