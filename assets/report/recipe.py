"""What makes the page beside the data: when it changes, the page is made again."""

import hashlib
from pathlib import Path

HERE = Path(__file__).parent
#: The page names its recipe within its first bytes.
HEAD_BYTES = 400


def recipe() -> str:
    """A hash of everything here."""
    files = sorted(path for path in HERE.rglob("*") if path.suffix in (".py", ".j2", ".css", ".js"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def is_made_by_us(page: Path) -> bool:
    """Whether a page was made by what is here now."""
    with page.open("rb") as file:
        return recipe().encode() in file.read(HEAD_BYTES)
