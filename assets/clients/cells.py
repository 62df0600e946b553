"""From one value of a reply, JSON or text, to a typed one, or ValueError."""

import math
import re
from datetime import UTC, date, datetime
from typing import TypeVar

from warehouse.releases import new_york

# One way only to read a run of digits: a long one that is no number must not be tried in every way.
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[-+]\d{2}:\d{2})", re.ASCII)
#: Years that an upstream can speak of. Beyond them lies a slip, and the end of the calendar.
FIRST_YEAR, LAST_YEAR = 1700, 2199
When = TypeVar("When", date, datetime)


class Unbelievable(Exception):
    """One field of one row that cannot be true: the row goes to quarantine, the others are kept."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} is {value!r}: {reason}")
        self.field, self.value, self.reason = field, value, reason


def number(value: object) -> float:
    """A finite number; Python's own reading would also take ``nan``, ``1_000`` and ``True``."""
    if not (NUMBER.fullmatch(value) if isinstance(value, str) else type(value) in (float, int)):
        raise ValueError(f"{shown(value)!r} is not a number")
    try:
        result = float(value)  # type: ignore[arg-type]
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise ValueError(f"{shown(value)!r} is not a finite number")
    return result


def day(value: object) -> date:
    """A date written YYYY-MM-DD and nothing else."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError(f"{shown(value)!r} is not a date")
    return _of_our_time(date.fromisoformat(value))


def moment(seconds: float) -> datetime:
    """A stamp in seconds since 1970."""
    try:
        return _of_our_time(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, OSError):
        raise ValueError(f"{seconds} is not a stamp") from None


def instant(value: object) -> datetime:
    """A moment written as ISO 8601 with its offset, ``2026-01-21T14:00:00Z``, in UTC."""
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        raise ValueError(f"{shown(value)!r} is not a moment with its offset")
    return _of_our_time(datetime.fromisoformat(value)).astimezone(UTC)


def new_york_stamp(value: object) -> datetime:
    """A wall clock ``YYYY-MM-DD HH:MM:SS`` of New York, which has no offset of its own, as a UTC moment."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) == 19 else None
    if moment is None or moment.tzinfo:
        raise ValueError(f"{shown(value)!r} is not a New York wall clock")
    return new_york(_of_our_time(moment).date(), moment.time())


def _of_our_time(when: When) -> When:
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise ValueError(f"{when} is not of our time")
    return when


def shown(value: object) -> str:
    """A value as it is named in errors and in quarantine."""
    return str(value)[:80]
