"""Verifying: a changed byte anywhere is found and named, and what landing can bring back is mended."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from assets.recording import record
from pipelines import repairing
from pipelines.command.reading import read
from pipelines.places import Folder
from pipelines.verifying import verify
from tests.small import START, clients, filled, flip, hashes, holding, publish, write_and_be_killed
from tests.stored import opened
from warehouse import alerts, checksums, sealed
from warehouse.copies import attached, open_published
from warehouse.losses import Loss
from warehouse.store import Store, StoreError, StoreInUse, mirror_of
from warehouse.verifying.damage import Damage
from warehouse.verifying.landing import FETCH

TOLD = alerts.Alert(
    kind="stale",
    subject="WALCL",
    source="fred",
    severity="warning",
    message="WALCL has nothing newer than 2026-01-07",
    is_event=False,
    opened_at=START,
    sent_at=START,
)
FETCHED_SINCE = Loss(
    what="body", sha256="0" * 64, upstream="fred", key="WALCL", request="", landed_ids=(), noted_at=START
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that is whole."""
    root = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TIDEGAUGE_DATA", str(root))
        folder = Folder("sample")
        filled(folder)
        with Store.open(folder.database, "run-1") as store:
            alerts.keep(store, [TOLD])
        alerts.write(folder.alerts / alerts.FILE, [TOLD], unsent_because="the webhook answered 500")
        folder.landing.losses.note([FETCHED_SINCE])
    return root


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A copy of it to damage."""
    root = tmp_path / "data"
    shutil.copytree(made, root, symlinks=True)
    monkeypatch.setenv("TIDEGAUGE_DATA", str(root))
    return Folder("sample")


def damages(folder: Folder) -> list[Damage]:
    return verify(folder).damages


def bodies(folder: Folder) -> list[Path]:
    return sorted((folder.landing.root / "body").rglob("*.zst"))


def at_rest(folder: Folder, suffix: str) -> list[Path]:
    return sorted(folder.books.rglob(f"*{suffix}"))


def published(folder: Folder, name: str) -> Path:
    return folder.shelf.root / "current" / name


#: What is damaged, and what it is called.
FILES: dict[str, tuple[Callable[[Folder], Path], str]] = {
    "the database": (lambda f: f.database, "database"),
    "the ledger's mirror": (lambda f: mirror_of(f.database), "ledger"),
    "the journal": (lambda f: f.landing.journal_path, "journal"),
    "a body": (lambda f: random.Random(3).choice(bodies(f)), "body"),
    "order books": (lambda f: at_rest(f, ".parquet")[0], "books"),
    "their checksum": (lambda f: at_rest(f, ".sha256")[0], "books"),
    "the coverage of captures": (lambda f: f.root / "capture.jsonl", "log"),
    "the minutes of trades": (lambda f: f.root / "trades.jsonl", "log"),
    "the books that were refused": (lambda f: f.root / "refused.jsonl", "log"),
    "the losses that were noted": (lambda f: f.landing.losses.path, "log"),
    "the alerts": (lambda f: f.alerts / alerts.FILE, "alerts"),
    "the published database": (lambda f: published(f, "tidegauge.duckdb"), "published"),
    "a published Parquet file": (lambda f: published(f, "parquet/facts/observation.parquet"), "published"),
    "the manifest": (lambda f: published(f, "manifest.json"), "published"),
    "the published checksums": (lambda f: published(f, "SHA256SUMS"), "published"),
}


def test_what_is_whole_is_whole(folder: Folder) -> None:
    found = verify(folder)
    assert found.damages == []
    assert found.read["bodies"] == len(bodies(folder))
    before = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}
    verify(folder)
    assert {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("of", "kind"), FILES.values(), ids=FILES)
def test_one_changed_byte_is_found_and_its_file_named(
    folder: Folder, of: Callable[[Folder], Path], kind: str, seed: int
) -> None:
    chance, path = random.Random(seed), of(folder)
    flip(path, chance)
    found = damages(folder)
    assert {damage.kind for damage in found} == {kind}
    named = {damage.path.resolve() for damage in found}
    if path.suffix == ".sha256":
        path = path.with_suffix(".parquet")
    if path.name == "SHA256SUMS":
        assert all(str(published(folder, "").resolve()) in str(name) for name in named)
    else:
        assert named == {path.resolve()}
    assert all(damage.remedy and damage.what for damage in found)
    json.dumps([damage.told() for damage in found])


def test_the_ends_of_lines_are_looked_at_too(folder: Folder) -> None:
    for path in (folder.landing.journal_path, mirror_of(folder.database), folder.root / "capture.jsonl"):
        flip(path, random.Random(0), at=path.stat().st_size - 1)
    assert (
        sorted(damage.what for damage in damages(folder) if "end of its last line" in damage.what)
        == ["the end of its last line is damaged"] * 3
    )


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_a_database_that_is_cut_off_is_found(folder: Folder, share: float) -> None:
    os.truncate(folder.database, int(folder.database.stat().st_size * share))
    assert {(damage.kind, damage.path) for damage in damages(folder)} == {("database", folder.database)}


def test_a_damaged_column_is_named_with_its_table(folder: Folder) -> None:
    flip_locators(folder.database)
    found = {damage.table: damage.columns for damage in damages(folder)}
    assert "locator" in found["facts.observation"]


def test_who_comes_to_a_damaged_block_is_told_its_file_and_what_to_do(folder: Folder) -> None:
    for database in (folder.database, published(folder, "tidegauge.duckdb")):
        flip_locators(database)
    query = "select locator from facts.observation"
    again = rf"^the warehouse {folder.database} is damaged: Corrupt .+; tidegauge verify --repair makes it again from"
    with Store.open(folder.database, "run-2") as store:
        for asked in (store.read, store.do):
            with pytest.raises(StoreError, match=again):
                asked(query)
        with pytest.raises(StoreError, match=again), store.transaction():
            store.connection.execute(query).fetchall()
    again = rf"^{folder.shelf.database} is damaged: Corrupt .+; tidegauge verify --repair publishes it again$"
    with pytest.raises(StoreError, match=again), open_published(folder.shelf.database) as connection:
        connection.execute(query).fetchall()
    with pytest.raises(StoreError, match=again), attached(folder.shelf.database) as connection:
        connection.execute(query.replace("facts", "whole.facts")).fetchall()
    with pytest.raises(StoreError, match=again):
        read(folder, query)  # it is not the query that is refused


def flip_locators(database: Path) -> None:
    """Change a byte of the block in which the places of facts lie."""
    with duckdb.connect(database, read_only=True) as connection:
        ((block,),) = connection.execute(
            "select block_id from pragma_storage_info('facts.observation') where column_name = 'locator' "
            "and segment_type = 'VARCHAR' and persistent limit 1"
        ).fetchall()
    flip(database, random.Random(1), at=3 * 4096 + block * 262_144 + 20_000)


@pytest.mark.parametrize(
    ("gone", "kind"),
    [
        (lambda f: f.database, "database"),
        (lambda f: mirror_of(f.database), "ledger"),
        (lambda f: bodies(f)[0], "body"),
        (lambda f: at_rest(f, ".parquet")[0], "books"),
        (lambda f: f.alerts / alerts.FILE, "alerts"),
        (lambda f: published(f, "dictionary.md"), "published"),
        (lambda f: f.shelf.root / "current", "published"),
    ],
    ids=[
        *("the database", "the mirror", "a body", "order books", "the alerts"),
        *("a published file", "the published snapshot"),
    ],
)
def test_what_is_missing_is_found(folder: Folder, gone: Callable[[Folder], Path], kind: str) -> None:
    gone(folder).unlink()
    assert {damage.kind for damage in damages(folder)} == {kind}


def test_lines_taken_out_of_the_journal_are_found_with_the_replies_that_facts_rest_on(folder: Folder) -> None:
    lines = folder.landing.journal_path.read_bytes().splitlines(keepends=True)
    (reply,) = next(folder.landing.journal()).replies
    folder.landing.journal_path.write_bytes(b"".join(lines[1:]))
    found = damages(folder)
    assert {damage.kind for damage in found} == {"journal"}
    assert any("are not those that run" in damage.what for damage in found)
    assert (reply.landed_id,) in [damage.landed_ids for damage in found]


def test_lines_of_the_journal_in_another_order_are_found(folder: Folder) -> None:
    lines = folder.landing.journal_path.read_bytes().splitlines(keepends=True)
    folder.landing.journal_path.write_bytes(b"".join(reversed(lines)))
    assert {damage.kind for damage in damages(folder)} == {"journal"}


def test_rows_that_are_gone_from_a_table_are_found(folder: Folder) -> None:
    with Store.open(folder.database, "run-2") as store:
        store.do("delete from facts.observation where series_id = 'SOFR'")
        store.do("delete from facts.landed where landed_id in (select landed_id from facts.observation limit 1)")
    said = {damage.table: damage.what for damage in damages(folder) if not damage.columns}
    assert set(said) == {"facts.observation", "facts.landed"}
    assert "its ledger says" in said["facts.observation"]
    assert any(damage.columns == ("landed_id",) for damage in damages(folder))


def test_a_published_table_with_other_rows_than_the_manifest_says_is_found(folder: Folder) -> None:
    manifest = published(folder, "manifest.json")
    told = json.loads(manifest.read_text())
    told["tables"]["facts.landed"]["content_hash"] = "1-0"
    manifest.write_text(json.dumps(told))
    sums = published(folder, "SHA256SUMS")
    checksums.write(sums, checksums.read(sums) | {"manifest.json": checksums.of_file(manifest)})
    (damage,) = damages(folder)
    assert (damage.kind, damage.table) == ("published", "facts.landed")
    assert "the manifest says 1-0" in damage.what


def test_a_client_that_wrote_to_the_published_file_is_found_out_and_one_that_only_could_have_is_not(
    folder: Folder,
) -> None:
    with duckdb.connect(folder.shelf.database) as client:
        client.execute("select max(value) from facts.observation").fetchall()
    assert damages(folder) == []
    with duckdb.connect(folder.shelf.database) as client:
        client.execute("update facts.observation set value = 0 where series_id = 'SOFR'")
    said = {damage.table: damage.what for damage in damages(folder)}
    assert said[""] == "it does not match its checksum, though every column can be read"
    assert "the manifest says" in said["facts.observation"]


def test_the_bodies_of_jobs_that_failed_are_no_damage_unless_they_are_damaged(folder: Folder) -> None:
    before, moment = set(bodies(folder)), next(folder.landing.journal()).finished_at
    folder.landing.keep(
        upstream="fred",
        base_url="http://127.0.0.1:9",
        request="GET /half",
        status=200,
        content_type="text/csv",
        requested_at=moment,
        received_at=moment,
        body=b"a reply of a job that failed",
    )
    assert damages(folder) == []
    (orphan,) = set(bodies(folder)) - before
    flip(orphan, random.Random(0), at=15)
    (damage,) = damages(folder)
    assert (damage.kind, damage.landed_ids) == ("body", ())
    assert "no finished job names it" in damage.what


def test_a_warehouse_in_use_is_not_verified(folder: Folder) -> None:
    with holding(folder.database) as other, pytest.raises(StoreInUse, match=rf"another process \(PID {other.pid}\)"):
        damages(folder)


# -- mending -------------------------------------------------------------------------------------


@pytest.fixture
def mend(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Repair, with a publication instead of the run that would follow; what was said."""

    def run_offline(origin: str) -> object:
        with Store.open(folder.database, "run-9") as store:
            is_published = publish(folder, store)
        return type("Outcome", (), {"published_now": is_published})()

    monkeypatch.setattr(repairing, "run_offline", run_offline)

    def mended() -> list[str]:
        said: list[str] = []
        repairing.repair(folder, damages(folder), said.append)
        return said

    return mended


def tables(folder: Folder) -> dict[str, str]:
    with Store.open(folder.database, "run-8") as store:
        return {name: told for name, told in hashes(store).items() if name.split(".")[0] in ("facts", "quality")}


def test_a_damaged_database_is_made_again_and_kept_aside(folder: Folder, mend: Callable[[], list[str]]) -> None:
    before = tables(folder)
    flip(folder.database, random.Random(5))
    flip(published(folder, "tidegauge.duckdb"), random.Random(5))
    damaged = folder.database.read_bytes()
    said = mend()
    assert damages(folder) == []
    assert tables(folder) == before
    (kept,) = folder.root.glob("damaged-*.duckdb")
    assert kept.read_bytes() == damaged
    assert any(str(kept) in line for line in said)
    assert len(list(folder.shelf.root.glob("damaged-*"))) == 1


def test_a_lost_log_is_named_and_mended(folder: Folder, mend: Callable[[], list[str]]) -> None:
    before = tables(folder)
    write_and_be_killed(folder.database).unlink()
    (damage,) = damages(folder)
    assert (damage.kind, damage.path) == ("database", folder.database)
    assert "what was written last is lost" in damage.what
    mend()
    assert damages(folder) == []
    assert tables(folder) == before


@pytest.mark.parametrize("is_end", [False, True], ids=["in the middle", "at its end"])
def test_damaged_logs_are_written_again_from_the_database(
    folder: Folder, mend: Callable[[], list[str]], is_end: bool
) -> None:
    names = ("the ledger's mirror", "the coverage of captures", "the minutes of trades", "the books that were refused")
    paths = [FILES[name][0](folder) for name in (*names, "the losses that were noted")]
    before = tables(folder)
    for path in paths:
        flip(path, random.Random(2), at=path.stat().st_size - 1 if is_end else 5)
    damaged = {path.name: path.read_bytes() for path in paths}
    assert {damage.path for damage in damages(folder)} == set(paths)
    mend()
    assert damages(folder) == []
    for name, content in damaged.items():
        (kept,) = folder.root.rglob(f"damaged-*-{name}")
        assert kept.read_bytes() == content
    folder.database.unlink()  # which is then made again from landing and these
    (damage,) = damages(folder)
    assert damage.kind == "database"
    mend()
    assert damages(folder) == []
    assert tables(folder) == before


def test_alerts_of_another_version_are_named_and_written_again(folder: Folder, mend: Callable[[], list[str]]) -> None:
    path = folder.alerts / alerts.FILE
    path.write_bytes(sealed.sealed({"unsent_because": "", "alerts": [{"colour": "red"}]}))
    with pytest.raises(StoreError, match=r"alerts\.json is damaged, or another version wrote it: the next tidegauge"):
        alerts.read(path)
    assert [damage.what for damage in damages(folder)] == [
        "it does not match its checksum, or another version wrote it"
    ]
    mend()
    assert (damages(folder), alerts.read(path)) == ([], ([TOLD], ""))


def test_damaged_alerts_are_written_again_from_the_database_and_told_once_more_where_that_is_damaged_too(
    folder: Folder, mend: Callable[[], list[str]]
) -> None:
    path = folder.alerts / alerts.FILE
    damaged = path.read_bytes()[:-30]
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match=r"alerts\.json is damaged, or another version wrote it: the next tidegauge"):
        alerts.read(path)
    mend()
    assert damages(folder) == []
    assert alerts.read(path) == ([TOLD], "")
    (kept,) = path.parent.glob("damaged-*-alerts.json")
    assert kept.read_bytes() == damaged
    path.write_bytes(damaged)
    flip(folder.database, random.Random(5))
    said = mend()
    assert any(line.endswith("as the database is damaged too, what stands is told once more") for line in said)
    assert damages(folder) == []
    assert alerts.read(path) == ([], "")


def test_a_lost_body_is_noted_and_set_aside_and_its_job_is_fetched_from_the_beginning(
    folder: Folder, mend: Callable[[], list[str]]
) -> None:
    job = list(folder.landing.journal())[-1]
    (reply,) = job.replies
    body = folder.landing.body(reply)
    path = next(path for path in bodies(folder) if path.stem == reply.sha256)
    flip(path, random.Random(4))
    (damage,) = damages(folder)
    assert reply.landed_id in damage.landed_ids
    assert damage.requests == (f"{reply.base_url} {reply.request}",)
    mend()
    assert path.with_name(f"{path.name}.damaged").exists()
    flip(folder.landing.losses.path, random.Random(4), at=folder.landing.losses.path.stat().st_size - 9)
    assert {damage.kind for damage in damages(folder)} == {"log", "body"}  # what was noted is not known any more
    mend()
    (damage,) = damages(folder)
    assert "the next run fetches its job from the beginning" in damage.remedy
    assert job.key in folder.landing.lost_jobs()["fred"]
    folder.database.unlink()
    mend()  # without it: named, in quarantine, not dropped without a word
    with Store.open(folder.database, "run-4") as store:
        lost = store.read("select source, value from quality.quarantine where contains(reason, 'damaged for good')")
    assert (job.key, reply.request) in lost.rows()
    assert [damage.kind for damage in damages(folder)] == ["body"]
    folder.landing.keep(**{name: getattr(reply, name) for name in KEPT}, body=body)
    assert damages(folder) == []
    assert folder.landing.lost_jobs() == {}


KEPT = ("upstream", "base_url", "request", "status", "content_type", "requested_at", "received_at")


def test_a_lost_line_of_the_journal_is_noted_and_its_job_is_fetched_from_the_beginning(
    folder: Folder, mend: Callable[[], list[str]]
) -> None:
    job = next(folder.landing.journal())
    at = folder.landing.journal_path.read_bytes().index(b'"status": 200') + 10
    flip(folder.landing.journal_path, random.Random(4), at=at)
    (damage,) = damages(folder)
    assert f"the job fred {job.key}" in damage.what
    assert damage.landed_ids == (job.replies[0].landed_id,)
    mend()
    assert folder.landing.lost_jobs() == {"fred": {job.key}}
    assert [damage.kind for damage in damages(folder)] == ["journal"]
    (line, *_) = folder.landing.entries()
    assert line.job is None
    with opened(folder.root) as store:  # the database has its facts, and reads on
        assert record(store, folder.landing, clients).appended == {}


def test_a_lost_line_that_misnames_its_reply_is_mended_at_once(folder: Folder, mend: Callable[[], list[str]]) -> None:
    """What facts rest on is then named nowhere: all of its upstream is fetched from the beginning."""
    with opened(folder.root) as store:
        (used, *_) = store.read("select landed_id from facts.landed order by landed_id")["landed_id"]
    at = folder.landing.journal_path.read_bytes().index(used.encode()) + 3
    flip(folder.landing.journal_path, random.Random(4), at=at)
    misnamed, line = damages(folder)
    assert line.landed_ids != misnamed.landed_ids == (used,)
    mend()
    assert folder.landing.lost_jobs() == {"fred": {line.losses[0].key, ""}}
    assert {damage.remedy for damage in damages(folder)} == {FETCH}


def test_order_books_that_are_lost_are_set_aside_and_named_until_someone_accepts_it(
    folder: Folder, mend: Callable[[], list[str]]
) -> None:
    flip(at_rest(folder, ".parquet")[0], random.Random(1))
    mend()
    (damage,) = damages(folder)
    assert damage.path.name.endswith(".parquet.damaged")
    damage.path.unlink()
    assert damages(folder) == []


def test_a_damaged_checksum_of_whole_order_books_is_written_again(
    folder: Folder, mend: Callable[[], list[str]]
) -> None:
    (checksum,) = at_rest(folder, ".sha256")
    before = checksum.read_bytes()
    flip(checksum, random.Random(1), at=10)
    mend()
    assert checksum.read_bytes() == before
    assert damages(folder) == []
