"""The exact bytes that a fact was parsed from: the part of a landed body that a locator names."""

import io
import json
import re
import zipfile
from functools import cached_property
from json.decoder import JSONDecodeError

from warehouse.claims import WHOLE_REPLY

SPACE = re.compile(r"[\s,:]*")
#: The n-th child of an XML document's root, as ``/observations/observation[7]``.
CHILD = re.compile(r"/\w+/(\w+)\[(\d+)\]")
_DECODER = json.JSONDecoder()


def lines(text: str) -> list[str]:
    """The lines that ``line 7`` counts: to a newline each. What else Unicode ends a line with stands inside of one."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


class Body:
    """A landed body, in which many places are looked up; what was passed on the way to one is remembered."""

    def __init__(self, body: bytes) -> None:
        self.text = (_packed(body) if body.startswith(b"PK") else body).decode()
        self._members: dict[int, dict[str, int]] = {}

    def at(self, locator: str) -> str:
        """The text of a line (``line 7``), of a JSON value (``/data/3/close``) or of an XML element
        (``/observations/observation[7]``), just as it was received.

        Raises ValueError when the body has no such place.
        """
        if locator == WHOLE_REPLY:
            return self.text
        if locator.startswith("line "):
            number = int(locator.removeprefix("line "))
            if not 1 <= number <= len(self._lines):
                raise ValueError(f"{locator}: the body has {len(self._lines)} lines")
            return self._lines[number - 1]
        if child := CHILD.fullmatch(locator):
            elements: list[str] = re.findall(rf"<{child[1]}\b[^>]*>", self.text)
            if not 1 <= int(child[2]) <= len(elements):
                raise ValueError(f"{locator}: there are {len(elements)} of {child[1]}")
            return elements[int(child[2]) - 1]
        try:
            start = self._skip(0)
            for step in locator.split("/")[1:]:
                members, name = self._inside(start), step.replace("~1", "/").replace("~0", "~")
                if name not in members:
                    raise ValueError(f"{locator}: there is no {name}")
                start = members[name]
            return self.text[start : self._end(start)]
        except (JSONDecodeError, IndexError) as error:
            raise ValueError(f"{locator}: {error}") from None

    @cached_property
    def _lines(self) -> list[str]:
        return lines(self.text)

    def _inside(self, start: int) -> dict[str, int]:
        """Where each member of the object or array at ``start`` begins; nothing has none."""
        if start not in self._members:
            self._members[start] = self._found(start) if self.text[start] in "{[" else {}
        return self._members[start]

    def _found(self, start: int) -> dict[str, int]:
        places: dict[str, int] = {}
        at = self._skip(start + 1)
        while self.text[at] not in "]}":
            name = str(len(places))
            if self.text[start] == "{":
                name, at = _DECODER.raw_decode(self.text, at)
                at = self._skip(at)
            places[name] = at
            at = self._skip(self._end(at))
        return places

    def _end(self, start: int) -> int:
        return _DECODER.raw_decode(self.text, start)[1]

    def _skip(self, at: int) -> int:
        found = SPACE.match(self.text, at)
        return found.end() if found else at


def _packed(body: bytes) -> bytes:
    """The one file of a zip archive, whose parser has looked at it before it was believed."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(archive.namelist()[0])
