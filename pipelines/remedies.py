"""Errors on one line, with what to do about those that are the machine's and not ours."""

#: What the system or the database says, and what to do then.
REMEDIES = {
    "No space left on device": "make room there and run again: what was stored before is whole",
    "Disk quota exceeded": "make room there and run again: what was stored before is whole",
    "File too large": "let files be larger there (ulimit -f) and run again: what was stored before is whole",
    "Read-only file system": "make the folder writable, or name another in TIDEGAUGE_DATA, and run again",
    "Permission denied": "make the folder writable for this user, or name another in TIDEGAUGE_DATA, and run again",
    "Corrupt database file": "tidegauge verify --repair",
    "Out of Memory Error": "free memory and run again: what was stored before is whole",
}


def on_one_line(error: BaseException) -> str:
    """What an error says, on one line, and what to do about it."""
    return with_remedy(str(error) or type(error).__name__)


def with_remedy(said: str) -> str:
    line = " ".join(said.split())
    remedies = (remedy for sign, remedy in REMEDIES.items() if sign in line and remedy not in line)
    return "; ".join([line, *remedies])
