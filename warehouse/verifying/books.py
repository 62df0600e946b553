"""Whether the order books at rest are whole: each Parquet file against the checksum beside it, segments, and logs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from warehouse import checksums
from warehouse.books import segment
from warehouse.verifying import lines
from warehouse.verifying.damage import Damage, Told

GONE = "These books cannot be had again; their metrics stay in the database until a rebuild"
ASIDE = f"{GONE}. tidegauge verify --repair sets the file aside"
LOG = "tidegauge verify --repair writes it again, from the database where that has what is lost"
#: A checksum and the right one differ in nearly every digit; where few differ, the checksum is what is damaged.
FEW_DIGITS = 8


def damages(books: Path, spool: Path, logs: Sequence[Path], told: Told) -> Iterator[Damage]:
    """Files, segments and lines of logs that are not what was written, and files that were set aside for it."""
    days = "date=*"
    files = {*books.glob(f"{days}/*.parquet"), *(p.with_suffix(".parquet") for p in books.glob(f"{days}/*.sha256"))}
    for done, path in enumerate(sorted(files), start=1):
        if wrong := wrong_with(path):
            yield Damage(kind="books", path=path, what=wrong, remedy=CHECKSUM if is_checksum(wrong) else ASIDE)
        told("books", done, len(files))
    for path in sorted([*books.glob(f"{days}/*.damaged"), *spool.glob("*.damaged")]):
        what, remedy = "it was found damaged and set aside", f"{GONE}. Remove the file when you have accepted that"
        yield Damage(kind="books", path=path, what=what, remedy=remedy)
    for path in segment.segments(spool):
        try:
            for _ in segment.read(path):
                pass
        except segment.SpoolError:
            what, remedy = "a frame before its end does not match its checksum", "The next run sets it aside"
            yield Damage(kind="books", path=path, what=what, remedy=remedy)
    for log in logs:
        yield from lines.damages(log, LOG)


CHECKSUM = "tidegauge verify --repair writes the checksum again"
NO_CHECKSUM = "the checksum beside it is damaged or missing"


def is_checksum(wrong: str) -> bool:
    """Whether it is the checksum that is damaged, and not the file."""
    return wrong == NO_CHECKSUM


def wrong_with(path: Path) -> str:
    """What is wrong with a file, if anything is."""
    if not path.exists():
        return "the file is missing"
    try:
        told = checksums.read(checksums.beside(path))
        (name, digest), *others = told.items()
    except (FileNotFoundError, ValueError):
        return NO_CHECKSUM
    found = checksums.of_file(path)
    if found == digest and name == path.name and not others:
        return ""
    differ = sum(a != b for a, b in zip(found, digest, strict=True))
    return NO_CHECKSUM if differ <= FEW_DIGITS else "the file does not match its checksum"
