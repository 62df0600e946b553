"""The published place: whole snapshots, readers that are never disturbed and can do no harm."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.stored import append, at, observations, opened
from warehouse import publishing
from warehouse.copies import content_hash, open_published
from warehouse.publishing import KEEP, Shelf
from warehouse.store import Store
from warehouse.tables.facts import OBSERVATION
from warehouse.tables.quality import LEDGER
from warehouse.tables.reference import UNIT
from warehouse.verifying.published import damages as published_damages

REPOSITORY = Path(__file__).parent.parent
TABLES = [UNIT, OBSERVATION, LEDGER]
START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def fill(store: Store, generation: int) -> None:
    """Two units whose factor is the generation, and one observation with that value."""
    rows = [{"unit": u, "plain_unit": "usd", "factor": float(generation), "known_at": at(1)} for u in "ab"]
    day = START.date() + timedelta(days=generation)
    with store.transaction():
        store.replace(UNIT, pl.DataFrame(rows, schema=UNIT.polars_schema))
        store.append(OBSERVATION, observations(("SOFR", day, float(generation)), received_at=at(9)))


def publish(store: Store, shelf: Shelf, generation: int) -> dict[str, Any] | None:
    now = START + timedelta(minutes=generation)
    return shelf.publish(store, TABLES, origin="sample", checks={"passed": 3, "warned": 1, "failed": 0}, now=now)


def published(store: Store, shelf: Shelf, generation: int) -> dict[str, Any]:
    fill(store, generation)
    manifest = publish(store, shelf, generation)
    assert manifest
    return manifest


def factors(path: Path) -> list[float]:
    with open_published(path) as connection:
        return [factor for (factor,) in connection.execute("select factor from reference.unit").fetchall()]


# -- what is published ---------------------------------------------------------------------------


def test_a_snapshot_is_published_once_and_again_when_a_table_changed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "published")
    assert shelf.manifest() is None
    with opened(tmp_path) as store:
        first = published(store, shelf, 1)
        assert shelf.manifest() == first
        assert publish(store, shelf, 2) is None
        assert shelf.manifest() == first
        second = published(store, shelf, 3)
        assert (second["snapshot"] > first["snapshot"], shelf.manifest()) == (True, second)
    assert factors(shelf.database) == [3.0, 3.0]


def test_a_declaration_that_reads_differently_is_published_too(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "published")
    with opened(tmp_path) as store:
        published(store, shelf, 1)
        assert shelf.publish(store, [UNIT], origin="sample", checks={}, now=START + timedelta(minutes=2))
        assert shelf.publish(store, [UNIT], origin="sample", checks={}, now=START + timedelta(minutes=3)) is None


def test_the_manifest_tells_origin_run_checks_rows_and_hashes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "published")
    with opened(tmp_path) as store:
        first, second = published(store, shelf, 1), published(store, shelf, 2)
        assert {name: second[name] for name in ("run_id", "origin", "checks", "published_at")} == {
            "run_id": "run-1",
            "origin": "sample",
            "checks": {"passed": 3, "warned": 1, "failed": 0},
            "published_at": (START + timedelta(minutes=2)).isoformat(),
        }
        assert second["tables"] == {
            table.name: {"rows": rows, "content_hash": content_hash(store, table)}
            for table, rows in ((UNIT, 2), (OBSERVATION, 2), (LEDGER, 4))
        }
        assert first["tables"]["reference.unit"] != second["tables"]["reference.unit"]
        append(store, observations(("WALCL", START.date(), 1.0), received_at=at(9)))
        third = publish(store, shelf, 3)
        assert third
        assert third["tables"]["reference.unit"] == second["tables"]["reference.unit"]
        assert third["tables"]["facts.observation"]["rows"] == 3
    assert json.loads((shelf.root / "manifest.json").read_text()) == third


def test_the_file_explains_itself_and_parquet_says_the_same(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "published")
    with opened(tmp_path) as store:
        published(store, shelf, 1)
    with open_published(shelf.database) as connection:
        tables = dict(
            connection.execute("select schema_name || '.' || table_name, comment from duckdb_tables()").fetchall()
        )
        assert tables == {table.name: table.doc for table in TABLES}
        columns = connection.execute("select column_name, comment from duckdb_columns() where not internal").fetchall()
        assert set(columns) == {(column.name, column.comment) for table in TABLES for column in table.columns}
        for table in TABLES:
            stored = connection.sql(f"from {table.name} order by all").pl()
            parquet = pl.read_parquet(shelf.root / "parquet" / f"{table.name.replace('.', '/')}.parquet")
            assert parquet.sort(parquet.columns).equals(stored.sort(stored.columns))
            assert stored.schema == table.polars_schema
    assert (shelf.root / "dictionary.md").read_text().startswith("# Data dictionary\n")


def test_the_place_can_be_moved(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        published(store, Shelf(tmp_path / "here" / "published"), 1)
    (tmp_path / "here").rename(tmp_path / "there")
    moved = Shelf(tmp_path / "there" / "published")
    links = [path for path in moved.root.iterdir() if path.is_symlink()]
    assert {link.name for link in links} == {"current", "current.duckdb", "parquet", "manifest.json", "dictionary.md"}
    assert not any(link.readlink().is_absolute() for link in links)
    assert factors(moved.database) == [1.0, 1.0]
    assert pl.read_parquet(moved.root / "parquet/reference/unit.parquet").height == 2


# -- readers -------------------------------------------------------------------------------------


def test_an_open_reader_keeps_its_snapshot_and_a_new_one_sees_the_newest(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "published")
    with opened(tmp_path) as store:
        published(store, shelf, 1)
        with open_published(shelf.database) as reader:
            for generation in range(2, KEEP + 4):
                published(store, shelf, generation)
                assert reader.execute("select sum(factor) from reference.unit").fetchall() == [(2.0,)]
                assert factors(shelf.database) == [float(generation)] * 2
    assert len(list((shelf.root / "snapshots").iterdir())) == KEEP


@pytest.mark.parametrize(
    "query",
    [
        "create table more (a integer)",
        "create schema more",
        "insert into reference.unit select * from reference.unit",
        "delete from reference.unit",
        "drop table reference.unit",
        "comment on table reference.unit is 'mine'",
        "attach '{folder}/other.duckdb'",
        "attach '{folder}/warehouse.duckdb' (read_only)",
        "from read_csv('/etc/passwd')",
        "from read_text('/etc/passwd')",
        "from '/etc/passwd'",
        "from read_parquet('{folder}/published/parquet/reference/unit.parquet')",
        "from glob('/etc/*')",
        "copy reference.unit to '{folder}/stolen.csv'",
        "export database '{folder}/stolen'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set temp_directory = '{folder}/more'",
        "reset enable_external_access",
    ],
)
def test_a_reader_cannot_write_attach_or_reach_other_files(tmp_path: Path, query: str) -> None:
    shelf = Shelf(tmp_path / "published")
    with opened(tmp_path) as store:
        published(store, shelf, 1)
    before = sorted(tmp_path.rglob("*"))
    with open_published(shelf.database) as connection, pytest.raises(duckdb.Error):
        connection.execute(query.format(folder=tmp_path)).fetchall()
    assert sorted(tmp_path.rglob("*")) == before
    assert factors(shelf.database) == [1.0, 1.0]


READER = """
import sys
from pathlib import Path
from warehouse.copies import open_published
print("ready", flush=True)
seen = []
for _ in range(int(sys.argv[2])):
    with open_published(Path(sys.argv[1])) as connection:
        (row,) = connection.execute(
            "select min(factor), max(factor), count(*), (select max(value) from facts.observation), "
            "(select count(*) from facts.observation) from reference.unit"
        ).fetchall()
    low, high, units, newest, rows = row
    assert low == high == newest == rows and units == 2, row
    seen.append(low)
assert seen == sorted(seen), seen
print(len(seen))
"""


def test_readers_in_other_processes_never_see_an_error_or_a_mixture(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "published")
    with opened(tmp_path) as store:
        published(store, shelf, 1)
        arguments = [sys.executable, "-c", READER, str(shelf.database), "25"]
        readers = [
            subprocess.Popen(arguments, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for reader in readers:
            assert reader.stdout
            assert reader.stdout.readline() == "ready\n"
        for generation in range(2, 9):
            published(store, shelf, generation)
        for reader in readers:
            said, complaint = reader.communicate(timeout=60)
            # Where a query takes seconds DuckDB prints before it.
            assert (reader.returncode, said.split()[-1]) == (0, "25"), complaint


# -- interruptions -------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


def lines_of_publishing(store: Store, shelf: Shelf) -> list[int]:
    """Lines of publishing.py that a publication goes through: some while it is prepared, all from the swap on."""
    seen: dict[int, str] = {}

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename != publishing.__file__:
            return None
        if event == "line":
            seen[frame.f_lineno] = frame.f_code.co_name
        return trace

    sys.settrace(trace)
    try:
        shelf.publish(store, [UNIT], origin="sample", checks={}, now=START)
    finally:
        sys.settrace(None)
    lines = list(seen)
    swap = list(seen.values()).index("_point_to") - 2
    return lines[:swap:6] + lines[swap:]


def kill_at(line: int, store: Store, shelf: Shelf, now: datetime) -> None:
    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename != publishing.__file__:
            return None
        if event == "line" and frame.f_lineno == line:
            raise Killed
        return trace

    sys.settrace(trace)
    try:
        shelf.publish(store, [UNIT], origin="sample", checks={}, now=now)
    except Killed:
        pass
    finally:
        sys.settrace(None)


def test_a_publication_killed_at_any_line_leaves_the_old_or_the_new_snapshot_whole(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "published")
    with opened(tmp_path) as store:
        fill(store, 1)
        for generation, line in enumerate(lines_of_publishing(store, shelf), start=2):
            fill(store, generation)
            now = START + timedelta(minutes=2 * generation)
            kill_at(line, store, shelf, now)
            manifest = shelf.manifest()
            assert manifest
            assert factors(shelf.database) in ([generation - 1.0] * 2, [float(generation)] * 2)
            assert manifest["tables"]["reference.unit"]["rows"] == 2
            is_new = manifest["published_at"] == now.isoformat()
            assert factors(shelf.database) == [generation - 1.0 + is_new] * 2
            again = shelf.publish(store, [UNIT], origin="sample", checks={}, now=now + timedelta(minutes=1))
            assert (again is None) == is_new
            assert factors(shelf.database) == [float(generation)] * 2
        assert generation > 12
        fill(store, generation + 1)
        shelf.publish(store, [UNIT], origin="sample", checks={}, now=now + timedelta(hours=1))
    left = sorted(path.name for path in (shelf.root / "snapshots").iterdir())
    assert len(left) == KEEP
    assert not any(name.startswith(".") for name in left)


def test_a_file_added_to_a_snapshot_stays_until_the_next_one_has_its_own(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "published")
    with opened(tmp_path) as store:
        published(store, shelf, 1)
        assert not shelf.holds("report.html")
        assert shelf.add("report.html", b"one") == shelf.report
        assert shelf.holds("report.html")
        assert list(published_damages(shelf, lambda *_: None)) == []
        published(store, shelf, 2)
        assert (shelf.holds("report.html"), shelf.report.read_bytes()) == (False, b"one")
        shelf.add("report.html", b"two")
        assert (shelf.holds("report.html"), shelf.report.read_bytes()) == (True, b"two")
