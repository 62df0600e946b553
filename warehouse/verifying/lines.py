"""Whether a file of sealed lines is whole, where a line that is not tells nothing more than that."""

from collections.abc import Iterator
from pathlib import Path

from warehouse import sealed
from warehouse.verifying.damage import Damage


def damages(log: Path, remedy: str) -> Iterator[Damage]:
    """Lines that are not what was written."""
    for line in sealed.lines(log):
        if not line.is_whole():
            yield Damage(kind="log", path=log, what=f"line {line.number} does not match its checksum", remedy=remedy)
    if sealed.mended(sealed.torn(log)):
        yield Damage(kind="log", path=log, what="the end of its last line is damaged", remedy=remedy)
