"""From one value of a reply, JSON or text, to a typed one, or ValueError."""

import math
import re
from datetime import date, datetime

from warehouse.releases import new_york

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Unbelievable(Exception):
    """One field of one row that cannot be true: the row goes to quarantine, the others are kept."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} is {value!r}: {reason}")
        self.field, self.value, self.reason = field, value, reason


def number(value: object) -> float:
    """A finite number; Python's own reading would also take ``nan``, ``1_000`` and ``True``."""
    if not (NUMBER.fullmatch(value) if isinstance(value, str) else type(value) in (float, int)):
        raise ValueError(f"{value!r} is not a number")
    try:
        result = float(value)  # type: ignore[arg-type]
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise ValueError(f"{value!r} is not a finite number")
    return result


def day(value: object) -> date:
    """A date written YYYY-MM-DD and nothing else."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError(f"{value!r} is not a date")
    return date.fromisoformat(value)


def new_york_stamp(value: object) -> datetime:
    """A wall clock ``YYYY-MM-DD HH:MM:SS`` of New York, which has no offset of its own, as a UTC moment."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) == 19 else None
    if moment is None or moment.tzinfo:
        raise ValueError(f"{value!r} is not a New York wall clock")
    return new_york(moment.date(), moment.time())


def shown(value: object) -> str:
    """A value as it is named in errors and in quarantine."""
    return str(value)[:80]
