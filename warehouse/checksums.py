"""Checksums beside files, as ``sha256sum`` writes them: anyone can check them with ``sha256sum -c``."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from warehouse.landing import write_durably


def of_file(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def beside(path: Path) -> Path:
    """Where the checksum of one file is."""
    return path.with_suffix(".sha256")


def write(path: Path, checksums: Mapping[str, str]) -> None:
    """Write the checksums of files, named from the folder of this one."""
    write_durably(path, "".join(f"{digest}  {name}\n" for name, digest in checksums.items()).encode())


def read(path: Path) -> dict[str, str]:
    """The checksums by the files' names; raises ValueError where a line is none."""
    found = {}
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        digest, gap, name = line.partition(b"  ")
        if len(digest) != 64 or not gap or not name:
            raise ValueError(f"{path}: line {number} is no checksum")
        found[name.decode("utf-8", "replace")] = digest.decode("ascii", "replace")
    return found
