"""The books asset: captured books become rows and files once, whatever happens on the way."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest

from assets.books import books
from assets.coverage import Coverage, log_of, read
from assets.recording_books import ingest_spool
from assets.session import Session
from pipelines.sample.history_of_books import spool_history
from pipelines.sensors import spool_sensor
from tests.made_books import NOON, book
from tests.stored import opened
from warehouse.books import ingest, kernel
from warehouse.books.segment import segments
from warehouse.books.spool import Spool
from warehouse.landing import Landing
from warehouse.publishing import Shelf
from warehouse.store import Store
from warehouse.tables.books import BANDS_BPS, ORDER_BOOK, SIZES

NUMBERS = "select sequence from metrics.order_book order by sequence"


def spool(folder: Path, numbers: range, *, every: int = 10, **changed: object) -> None:
    """Segments of books a second apart, a few in each."""
    for first in range(numbers.start, numbers.stop, every):
        with Spool(folder / "spool") as opened_spool:
            told = [
                book(sequence=number, observed_at=NOON + timedelta(seconds=number), **changed)
                for number in range(first, min(first + every, numbers.stop))
            ]
            opened_spool.append(told, datetime.now(UTC))


def count_polls(folder: Path) -> None:
    with Coverage(log_of(folder / "spool")) as coverage:
        for is_served in (True, True, False):
            if is_served:
                coverage.served(("binance", "spot", "BTC/USDT"), NOON)
            else:
                coverage.failed(("binance", "spot", "BTC/USDT"), NOON, "RequestTimeout")
        coverage.close(NOON + timedelta(hours=1))


def materialized(store: Store, folder: Path) -> dict[str, dict[str, object]]:
    """Run the asset in this process; the metadata of each of its tables."""
    session = Session(
        origin="sample",
        now=NOON,
        store=store,
        landing=Landing(folder / "landing"),
        clients_at=lambda _now: {},
        shelf=Shelf(folder / "published"),
        spool=folder / "spool",
        books=folder / "books",
        alerts=folder / "alerts",
    )
    resource = dg.ResourceDefinition.hardcoded_resource(session)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([books], resources={"session": resource}, instance=instance)
        return {
            ".".join(event.asset_key.path): {k: v.value for k, v in event.materialization.metadata.items()}
            for event in result.get_asset_materialization_events()
            if event.asset_key
        }


@contextmanager
def stored(folder: Path) -> Iterator[Store]:
    with opened(folder) as store:
        yield store


def at_rest(folder: Path) -> list[int]:
    files = (folder / "books").glob("date=*/*.parquet")
    return sorted(number for path in files for number in pq.read_table(path)["sequence"].to_pylist())


def test_what_was_captured_becomes_rows_and_files_and_the_spool_is_empty(tmp_path: Path) -> None:
    spool(tmp_path, range(25))
    count_polls(tmp_path)
    with stored(tmp_path) as store:
        told = materialized(store, tmp_path)
        assert told["metrics.order_book"]["new"] == told["metrics.order_book"]["dagster/row_count"] == 25
        assert told["metrics.order_book"]["segments"] == 3
        assert told["facts.book_capture"]["new"] == 1
        row = store.read("from metrics.order_book order by observed_at limit 1").row(0, named=True)
        polls = store.read("select polls_expected, polls_served from facts.book_capture").row(0)
    assert (row["mid"], row["base"], row["quote_usd"], row["seq_ok"]) == (100.0, "BTC", 1.0, True)
    assert row["spread_bps"] == pytest.approx(20)
    assert polls == (3, 2)
    assert at_rest(tmp_path) == list(range(25))
    assert not segments(tmp_path / "spool")


def test_doing_it_again_changes_nothing(tmp_path: Path) -> None:
    spool(tmp_path, range(25))
    count_polls(tmp_path)
    with stored(tmp_path) as store:
        materialized(store, tmp_path)
        before = store.ledger.versions()
        again = materialized(store, tmp_path)
        assert store.ledger.versions() == before
        spool(tmp_path, range(25), every=7)  # the same books in other segments
        third = materialized(store, tmp_path)
        assert store.ledger.versions() == before
    assert [told["metrics.order_book"]["new"] for told in (again, third)] == [0, 0]
    assert third["metrics.order_book"]["repeated"] == 25
    assert at_rest(tmp_path) == list(range(25))


def test_without_segments_the_tables_are_unchanged(tmp_path: Path) -> None:
    with stored(tmp_path) as store:
        assert materialized(store, tmp_path)["metrics.order_book"]["dagster/row_count"] == 0
        assert store.ledger.versions() == {}


def test_what_a_killed_capture_left_is_ingested_but_not_what_one_is_writing(tmp_path: Path) -> None:
    kill_after = "from tests.made_books import NOON, book; import os, sys; from pathlib import Path;"
    kill_after += "from warehouse.books.spool import Spool; spool = Spool(Path(sys.argv[1])).__enter__();"
    kill_after += "spool.append([book()], NOON); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", kill_after, tmp_path / "spool"], check=False, cwd=Path(__file__).parents[1])
    with stored(tmp_path) as store:
        with Spool(tmp_path / "other"):
            (tmp_path / "spool" / ".lock").unlink()
            (tmp_path / "spool" / ".lock").hardlink_to(tmp_path / "other" / ".lock")
            said = ingest_spool(store, tmp_path / "spool", tmp_path / "books")
            assert (said.segments, "another process" in said.waiting) == (0, True)
        assert ingest_spool(store, tmp_path / "spool", tmp_path / "books").segments == 1
        assert store.read(NUMBERS)["sequence"].to_list() == [1]


def test_rows_that_are_lost_are_measured_again_from_the_files(tmp_path: Path) -> None:
    spool(tmp_path, range(25))
    with stored(tmp_path) as store:
        ingest_spool(store, tmp_path / "spool", tmp_path / "books")
        rows = store.read("from metrics.order_book order by observed_at")
    for path in tmp_path.glob("warehouse.*"):
        path.unlink()
    with stored(tmp_path) as store:
        assert ingest_spool(store, tmp_path / "spool", tmp_path / "books").restored == 25
        assert store.read("from metrics.order_book order by observed_at").equals(rows)


def test_refused_books_are_in_quarantine(tmp_path: Path) -> None:
    spool(tmp_path, range(3))
    spool(tmp_path, range(3, 4), bids=((101.0, 1.0),))
    with stored(tmp_path) as store:
        told = materialized(store, tmp_path)
        (row,) = store.read("from quality.quarantine").rows(named=True)
    assert (told["metrics.order_book"]["new"], told["metrics.order_book"]["refused"]) == (3, 1)
    assert (row["source"], row["reason"]) == ("binance book BTC/USDT", "best bid is not below best ask")


def test_a_damaged_segment_is_left_aside_and_told(tmp_path: Path) -> None:
    spool(tmp_path, range(30))
    damaged = segments(tmp_path / "spool")[1]
    content = bytearray(damaged.read_bytes())
    content[200] ^= 1
    damaged.write_bytes(content)
    with stored(tmp_path) as store:
        told = materialized(store, tmp_path)
        assert store.read(NUMBERS)["sequence"].to_list() == [*range(10), *range(20, 30)]
    assert told["metrics.order_book"]["damaged"] == 1
    assert [path.name for path in (tmp_path / "spool").glob("*.damaged")] == [f"{damaged.stem}.damaged"]


def test_the_declaration_has_what_the_kernel_measures() -> None:
    declared = set(ORDER_BOOK.polars_schema)
    assert set(ingest.METRICS.names) == declared
    assert (BANDS_BPS, set(SIZES)) == (kernel.BANDS_BPS, set(kernel.SIZES_USD))


# -- the sample world's past, and the sensor ---------------------------------------------------------


def test_the_sample_worlds_past_has_books_once_and_thin_ones_in_the_flush(tmp_path: Path) -> None:
    for _ in range(2):
        spool_history(tmp_path / "spool")
    assert len(segments(tmp_path / "spool")) == 1
    with stored(tmp_path) as store:
        said = ingest_spool(store, tmp_path / "spool", tmp_path / "books")
        assert (said.refused, said.repeated) == (0, 0)
        thin = store.read(
            """
            select min(depth_bid_50bps_usd) filter (observed_at::date = '2025-10-10')
                / min(depth_bid_50bps_usd) filter (observed_at::date = '2025-10-09')
            from metrics.order_book where venue = 'okx' and market = 'linear' and base = 'BTC'
            """
        ).item()
        rows = store.read("select count(*) from metrics.order_book").item()
    assert thin < 0.2
    assert read(log_of(tmp_path / "spool"))["polls_served"].sum() == rows
    spool_history(tmp_path / "spool")
    assert not segments(tmp_path / "spool")


def test_the_sensor_asks_for_books_when_there_are_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path))
    monkeypatch.setenv("TIDEGAUGE_UPSTREAMS", "sample")
    found = spool_sensor(books)

    def asked() -> list[object]:
        with dg.build_sensor_context() as context:
            return list(found(context) or [])

    assert isinstance(asked()[0], dg.SkipReason)
    spool(tmp_path / "sample", range(3))
    (request,) = asked()
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == f"sample {segments(tmp_path / 'sample' / 'spool')[0].name}"
    assert found.minimum_interval_seconds == 60
    assert found.default_status is dg.DefaultSensorStatus.RUNNING
