"""Rebuilding: the same tables again from landing, in whatever order it lies there, and never less than there was."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.fetching import fetch
from assets.rebuilding import Rebuilt, rebuild
from assets.recording import Recorded, record, record_again, record_round, review
from pipelines.mending import open_store
from pipelines.origins import Origin, offline
from pipelines.places import Folder
from pipelines.sample.calendars import CLOCK
from pipelines.sample.server import serve
from tests.small import START, clients, filled, flip, hashes, holding, land_days, publish, write_and_be_killed
from tests.stored import opened
from warehouse.landing import Landing, LandingError
from warehouse.store import Store, StoreInUse, StoreLostWrites

FACTS = "from facts.observation order by all"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A small warehouse of the sample origin."""
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path))
    made = Folder("sample")
    filled(made)
    return made


def rebuilt(folder: Folder, *, keep: bool = False) -> Rebuilt:
    return rebuild(
        folder.database,
        folder.landing,
        clients,
        folder.spool,
        folder.books,
        run_id="run-2",
        derive=lambda store: review(store, START),
        keep=keep,
    )


def in_rounds(chance: random.Random, landing: Landing, store: Store) -> None:
    """Record in batches of any size, in the order of receipt."""
    jobs = sorted(landing.journal(), key=lambda job: job.finished_at)
    while jobs:
        keys = [job.key for job in jobs]
        most = next((n for n, key in enumerate(keys) if key in keys[:n]), len(keys))
        size = chance.randint(1, most)
        with store.transaction():
            record_round(store, landing, clients, jobs[:size], Recorded())
        del jobs[:size]
    review(store, START)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_the_journal_and_any_batches_give_the_same_tables(tmp_path: Path, seed: int) -> None:
    chance, landing = random.Random(seed), Landing(tmp_path / "landing")
    with opened(tmp_path) as store:
        for _ in land_days(landing, chance, range(8)):
            if chance.random() < 0.7:  # a run that was killed before it recorded leaves it to the next
                record(store, landing, clients)
        record(store, landing, clients)
        review(store, START)
        original = hashes(store)
        revised = store.read("select count(*) from facts.observation where known_at_basis = 'observed'").item()
        assert revised
        assert store.read("select count(*) from quality.quarantine").item()
    journal = landing.journal_path
    lines = journal.read_bytes().splitlines(keepends=True)
    for n in range(2):
        chance.shuffle(lines)
        journal.write_bytes(b"".join(lines))
        with Store.open(tmp_path / f"{n}.duckdb", "again") as store:
            record_again(store, landing, clients, lambda _done, _of: None)
            review(store, START)
            assert hashes(store) == original
        with Store.open(tmp_path / f"{n}-batches.duckdb", "again") as store:
            in_rounds(chance, landing, store)
            assert hashes(store) == original


def test_a_rebuild_has_the_same_tables_reads_on_where_it_ended_and_goes_on_counting(folder: Folder) -> None:
    with Store.open(folder.database, "run-1") as store:
        before, batches = hashes(store), store.ledger.last_stored()
    said = rebuilt(folder)
    assert (said.books, said.lost, said.kept) == (40, (), None)
    with Store.open(folder.database, "run-3") as store:
        after = hashes(store)
        # Declarations are written by the run that follows; books that were refused are in quarantine again.
        assert {n: h for n, h in after.items() if not n.startswith("reference.")} == {
            n: h for n, h in before.items() if not n.startswith("reference.")
        }
        assert store.read("select min(batch_id) from quality.ledger").item() == batches + 1
        versions = store.ledger.versions()
        assert record(store, folder.landing, clients).appended == {}
        assert store.ledger.versions() == versions
        assert publish(folder, store)
    assert not list(folder.root.glob("rebuilding*"))


def test_removing_database_and_mirror_is_all_that_a_new_recording_needs(folder: Folder) -> None:
    with Store.open(folder.database, "run-1") as store:
        before = store.read(FACTS)
    for path in folder.root.glob("warehouse.*"):
        path.unlink()
    with Store.open(folder.database, "run-1") as store:
        record(store, folder.landing, clients)
        assert store.read(FACTS).equals(before)


def test_a_rebuild_that_fails_leaves_what_was_there(folder: Folder) -> None:
    flip(sorted((folder.landing.root / "body").rglob("*.zst"))[0], random.Random(1), at=30)
    kept = {path: path.read_bytes() for path in folder.root.glob("warehouse.*")}
    with pytest.raises(LandingError, match="missing or damaged"):
        rebuilt(folder)
    assert {path: path.read_bytes() for path in folder.root.glob("warehouse.*")} == kept
    assert not list(folder.root.glob("rebuilding*"))


def test_a_rebuild_changes_nothing_while_another_process_is_at_work_and_names_it(folder: Folder) -> None:
    with holding(folder.database) as other, pytest.raises(StoreInUse, match=rf"another process \(PID {other.pid}\)"):
        rebuilt(folder)
    assert rebuilt(folder).facts


# -- a log that is lost ------------------------------------------------------------------------------


def test_a_lost_log_is_noticed_and_the_next_run_repairs_it_by_itself(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(folder.database, "run-1") as store:
        before = store.read(FACTS)
    log = write_and_be_killed(folder.database)
    assert log.stat().st_size
    log.unlink()
    with (
        pytest.raises(StoreLostWrites, match=r"ends with batch \d+, its ledger there with \d+: .* lost"),
        Store.open(folder.database, "run-2"),
    ):
        pass
    with open_store(folder, offline("sample"), "run-3") as store:
        assert store.read(FACTS).equals(before)  # what was landed; what the killed process wrote was not
        assert store.read("select count(*) from reference.series").item()
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in told] == ["repairing", "repaired"]
    (kept,) = folder.root.glob("damaged-*.duckdb")
    assert str(kept) in told[1]
    with open_store(folder, offline("sample"), "run-4"):
        assert not capsys.readouterr().err


def test_with_its_log_a_killed_writers_work_is_all_there(folder: Folder) -> None:
    write_and_be_killed(folder.database)
    with Store.open(folder.database, "run-2") as store:
        assert (
            store.read(
                "select count(*) from facts.observation where period >= '2026-02-04' and landed_id = 'reply'"
            ).item()
            == 3
        )


# -- clocks ------------------------------------------------------------------------------------------


def test_two_runs_of_different_clocks_are_rebuilt_to_the_same_facts(tmp_path: Path) -> None:
    """Replies are read by the clock of the run that asked: what was not finished then is not finished now."""
    landing, asked = Landing(tmp_path / "landing"), ("fred", "fiscaldata", "kraken")
    earlier = datetime(2026, 1, 26, 12, tzinfo=UTC)
    with serve(at=earlier) as server:

        def origin_clients(now: datetime):  # type: ignore[no-untyped-def]
            found = Origin("sample", server.url, now).clients(landing, now)
            return {name: found[name] for name in asked}

        with opened(tmp_path) as store:
            for run_id, now in (("one", earlier), ("two", CLOCK)):
                server.at = now
                newest = store.newest_periods().get
                fetched = fetch(origin_clients(now), landing, newest, run_id, now, sleep=lambda _seconds: None)
                assert "failed" not in {job.outcome for job in fetched}
                record(store, landing, origin_clients)
            review(store, CLOCK)
            original = hashes(store)
            assert store.read("select count(*) from facts.observation where known_at_basis = 'observed'").item()
    with Store.open(tmp_path / "again.duckdb", "again") as store:
        record_again(store, landing, origin_clients, lambda _done, _of: None)
        review(store, CLOCK)
        assert hashes(store) == original
    with Store.open(tmp_path / "other.duckdb", "again") as store:  # by the later clock alone, it would not be so
        record_again(store, landing, lambda _now: origin_clients(CLOCK), lambda _done, _of: None)
        assert hashes(store)["facts.candle"] != original["facts.candle"]
