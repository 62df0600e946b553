"""Whether the published snapshot is whole: every file against its checksum, every table against the manifest."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import duckdb

from warehouse import checksums
from warehouse.copies import AGAIN, rows_hash
from warehouse.publishing import CHECKSUMS, DATABASE, Shelf
from warehouse.tables import TABLES
from warehouse.verifying import database
from warehouse.verifying.damage import Damage, Told


def damages(shelf: Shelf, told: Told) -> Iterator[Damage]:
    """Files of the current snapshot that are not what was published, with the table and columns that they hold."""
    current = shelf.root / "current"
    if not current.exists():
        if current.is_symlink() or any((shelf.root / "snapshots").glob("[!.]*")):
            yield _damage(current, "it leads to no snapshot")
        return
    try:
        listed = checksums.read(current / CHECKSUMS)
    except (FileNotFoundError, ValueError) as error:
        yield _damage(current / CHECKSUMS, "it is missing" if isinstance(error, FileNotFoundError) else "it is damaged")
        listed = {}
    there = {str(p.relative_to(current)) for p in current.rglob("*") if p.is_file()} - {CHECKSUMS}
    wrong = set()
    for name in sorted(there | listed.keys()):
        if what := _wrong(current, name, listed):
            wrong.add(name)
            if name != DATABASE:
                yield _damage(current / name, what, table=_table(name))
    if DATABASE not in there:
        return
    unread = list(database.damages(current / DATABASE, "published", AGAIN, told))
    yield from unread
    if DATABASE in wrong and not unread:
        yield _damage(current / DATABASE, "it does not match its checksum, though every column can be read")
    if not unread and "manifest.json" not in wrong:
        yield from _against_manifest(current)


def _against_manifest(current: Path) -> Iterator[Damage]:
    manifest = json.loads((current / "manifest.json").read_text())
    with database.opened(current / DATABASE) as connection:
        for name, said in manifest["tables"].items():
            try:
                found = rows_hash(connection, TABLES[name])
            except (KeyError, duckdb.CatalogException):
                yield _damage(current / DATABASE, "the manifest has it and the file has not", table=name)
                continue
            if found != said["content_hash"]:
                what = f"its content hash is {found}, the manifest says {said['content_hash']}"
                yield _damage(current / DATABASE, what, table=name)


def _wrong(current: Path, name: str, listed: dict[str, str]) -> str:
    if not (current / name).exists():
        return "it is missing"
    if name not in listed:
        return f"{CHECKSUMS} does not have it"
    return "" if checksums.of_file(current / name) == listed[name] else "it does not match its checksum"


def _table(name: str) -> str:
    parts = PurePosixPath(name).with_suffix("").parts
    return ".".join(parts[1:]) if parts[0] == "parquet" else ""


def _damage(path: Path, what: str, table: str = "") -> Damage:
    return Damage(kind="published", path=path, table=table, what=what, remedy=AGAIN)
