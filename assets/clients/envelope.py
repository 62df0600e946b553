"""JSON replies: down to the rows, naming what is not as the contract says."""

import json
import re
from collections.abc import Iterable
from typing import Any

from warehouse.claims import Reply, UpstreamError

Row = dict[str, Any]
#: How JSON writes one of the two halves that make a character; alone it is none.
HALF_A_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
#: How much is told of a reply that is not as the contract says.
LONGEST = 300


def text(reply: Reply, source: str) -> str:
    """The text of a reply. With anything but UTF-8 in it, nothing of it could be traced to its place."""
    try:
        return reply.body.decode()
    except UnicodeDecodeError as error:
        raise UpstreamError(source, f"not UTF-8: {error}", request=reply.landed.request) from None


def document(reply: Reply, source: str) -> Any:
    """The JSON value of a reply. NaN, Infinity and half a character are not JSON, though Python reads them."""
    told = text(reply, source)
    try:
        value = json.loads(told, parse_constant=_refuse_constant)
        if HALF_A_CHARACTER.search(told):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise UpstreamError(source, f"not JSON: {error}"[:LONGEST], request=reply.landed.request) from None
    return value


def at(reply: Reply, source: str, value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer of ``value``; raises UpstreamError where the way ends."""
    place = ""
    for step in pointer.split("/")[1:]:
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            reason = f"expected {step} in {place or 'the reply'}, got {_kind(value)}"
            raise UpstreamError(source, reason, request=reply.landed.request)
        place += f"/{step}"
    return value


def rows_at(reply: Reply, source: str, pointer: str, fields: Iterable[str]) -> list[Row]:
    """The objects of the list at ``pointer``, each with all of ``fields``."""
    return rows_of(reply, source, at(reply, source, document(reply, source), pointer), pointer, fields)


def rows_of(reply: Reply, source: str, rows: Any, pointer: str, fields: Iterable[str]) -> list[Row]:
    """``rows`` itself, once it is a list of objects that have all of ``fields``."""
    if not isinstance(rows, list):
        reason = f"expected a list at {pointer}, got {_kind(rows)}"
        raise UpstreamError(source, reason, request=reply.landed.request)
    needed = set(fields)
    for n, row in enumerate(rows):
        if not isinstance(row, dict) or not needed <= row.keys():
            missing = sorted(needed - row.keys()) if isinstance(row, dict) else "all of them"
            reason = f"{pointer}/{n} lacks the fields {missing}, got {_kind(row)}"
            raise UpstreamError(source, reason, request=reply.landed.request)
    return rows


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object with {', '.join(value) or 'nothing'}"[:200]
    return f"{type(value).__name__} {str(value)[:80]!r}"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
