"""The exact bytes that a fact was parsed from: the part of a landed body that a locator names."""

import json
import re
from json.decoder import JSONDecodeError

from warehouse.claims import WHOLE_REPLY

SPACE = re.compile(r"[\s,:]*")
_DECODER = json.JSONDecoder()


def located(body: bytes, locator: str) -> str:
    """The text of a line (``line 7``) or of a JSON value (``/data/3/close``), just as it was received.

    Raises ValueError when the body has no such place.
    """
    text = body.decode()
    if locator == WHOLE_REPLY:
        return text
    if locator.startswith("line "):
        lines = text.splitlines()
        number = int(locator.removeprefix("line "))
        if not 1 <= number <= len(lines):
            raise ValueError(f"{locator}: the body has {len(lines)} lines")
        return lines[number - 1]
    try:
        start = _skip(text, 0)
        for step in locator.split("/")[1:]:
            start = _member(text, start, step.replace("~1", "/").replace("~0", "~"))
        return text[start : _end(text, start)]
    except (JSONDecodeError, IndexError) as error:
        raise ValueError(f"{locator}: {error}") from None


def _member(text: str, start: int, step: str) -> int:
    """Where the member of the object or array at ``start`` begins."""
    at = _skip(text, start + 1)
    number = 0
    while text[at] not in "]}":
        if text[start] == "{":
            name, at = _DECODER.raw_decode(text, at)
            at = _skip(text, at)
        else:
            name = str(number)
        if name == step:
            return at
        at = _skip(text, _end(text, at))
        number += 1
    raise ValueError(f"there is no {step}")


def _end(text: str, start: int) -> int:
    return _DECODER.raw_decode(text, start)[1]


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at
