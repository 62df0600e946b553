"""The published place: immutable snapshots, and one symlink that is swapped to the newest in a single step."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse import checksums
from warehouse.copies import AGAIN, content_hash, copy_tables
from warehouse.dictionary import dictionary
from warehouse.landing import write_durably
from warehouse.store import Store, StoreError
from warehouse.table import Table

KEEP = 3
DATABASE = "tidegauge.duckdb"
CHECKSUMS = "SHA256SUMS"
REPORT = "report.html"


@dataclass(frozen=True)
class Shelf:
    """``current.duckdb``, ``parquet/``, ``manifest.json`` and ``dictionary.md`` under one folder.

    All four point into the folder that the symlink ``current`` names, so that they change together; there are their
    checksums too. ``report.html`` points into the newest snapshot that has one. A reader that has an old file open
    keeps it to the end.
    """

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "current.duckdb"

    @property
    def report(self) -> Path:
        return self.root / REPORT

    def manifest(self) -> dict[str, Any] | None:
        """What is published now, or None when nothing has been."""
        path = self.root / "manifest.json"
        try:
            return json.loads(path.read_text()) if path.exists() else None
        except ValueError as error:
            raise StoreError(f"{path} is damaged ({error}): {AGAIN}") from None

    def snapshot(self) -> str:
        """The name of what is published now; names sort by time. Empty when nothing is."""
        current = self.root / "current"
        return current.readlink().name if current.is_symlink() else ""

    def publish(
        self, store: Store, tables: Sequence[Table], *, origin: str, checks: dict[str, int], now: datetime
    ) -> dict[str, Any] | None:
        """Publish a new snapshot and return its manifest; None when no table nor declaration changed since."""
        before, versions, words = self.manifest(), store.ledger.versions(), dictionary(tables)
        if before and before["versions"] == versions and (self.root / "dictionary.md").read_text() == words:
            return None
        self._drop_unfinished()
        name = f"{now:%Y%m%dT%H%M%S%fZ}-{store.ledger.run_id[:8]}"
        partial = self.root / "snapshots" / f".{name}"
        partial.mkdir(parents=True)
        copy_tables(store, tables, partial / DATABASE, partial / "parquet")
        # A table without a version, such as the ledger, may change without one.
        same = {name for name, version in versions.items() if before and before["versions"].get(name) == version}
        held = {name: told for name, told in before["tables"].items() if name in same} if before else {}
        manifest = {
            "snapshot": name,
            "run_id": store.ledger.run_id,
            "origin": origin,
            "published_at": now.isoformat(),
            "as_of": now.isoformat(),
            "checks": checks,
            "tables": {
                table.name: held[table.name]
                if table.name in held
                else {
                    "rows": store.read(f"select count(*) from {table.name}").item(),
                    "content_hash": content_hash(store, table),
                }
                for table in tables
            },
            "versions": versions,
        }
        write_durably(partial / "manifest.json", json.dumps(manifest, indent=1).encode())
        write_durably(partial / "dictionary.md", words.encode())
        files = sorted(path for path in partial.rglob("*") if path.is_file())
        checksums.write(partial / CHECKSUMS, {str(p.relative_to(partial)): checksums.of_file(p) for p in files})
        for path in [*partial.rglob("*"), partial]:
            _sync(path)
        partial.rename(partial.with_name(name))
        _sync(partial.parent)
        self._point_to(name)
        _sync(self.root)
        self._drop_old(name)
        return manifest

    def holds(self, name: str) -> bool:
        """Whether the snapshot that is published has a file, with its checksum."""
        listed = self.root / "current" / CHECKSUMS
        return listed.exists() and name in checksums.read(listed) and (listed.parent / name).exists()

    def add(self, name: str, content: bytes) -> Path:
        """Put one more file into the snapshot that is published, with its checksum; where readers find it.

        The link of that name keeps to the snapshot before until this one's file is whole.
        """
        snapshot = self.root / "current" / name
        write_durably(snapshot, content)
        listed = checksums.read(snapshot.with_name(CHECKSUMS))
        checksums.write(snapshot.with_name(CHECKSUMS), {**listed, name: checksums.of_file(snapshot)})
        fresh = self.root / f".{name}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(f"snapshots/{self.snapshot()}/{name}")
        fresh.replace(self.root / name)
        _sync(self.root)
        return self.root / name

    def condemn(self) -> Path | None:
        """Let the next publication be a new one whatever changed; the snapshot that is published until then."""
        manifest = self.root / "current" / "manifest.json"
        if manifest.exists():
            manifest.rename(manifest.with_name("manifest.damaged.json"))
        return (self.root / "current").resolve() if (self.root / "current").exists() else None

    def set_aside(self, snapshot: Path) -> Path:
        """Move a snapshot that is not published any more out of the way; where it is then."""
        return snapshot.rename(self.root / f"damaged-{snapshot.name}")

    def _point_to(self, name: str) -> None:
        for link, target in (
            ("current.duckdb", f"current/{DATABASE}"),
            ("parquet", "current/parquet"),
            ("manifest.json", "current/manifest.json"),
            ("dictionary.md", "current/dictionary.md"),
        ):
            if not (self.root / link).is_symlink():
                (self.root / link).symlink_to(target)
        fresh = self.root / ".current"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(f"snapshots/{name}")
        fresh.replace(self.root / "current")

    def _drop_unfinished(self) -> None:
        """Remove what publications that were killed left behind."""
        for path in (self.root / "snapshots").glob(".*"):
            shutil.rmtree(path)

    def _drop_old(self, name: str) -> None:
        snapshots = sorted((self.root / "snapshots").iterdir())
        old = [path for path in snapshots if path.name != name][: -(KEEP - 1)]
        for path in old:
            shutil.rmtree(path)


def _sync(path: Path) -> None:
    """Flush a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
