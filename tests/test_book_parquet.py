"""Books at rest: ingested once however often it is done, refused when they may not be served, and small."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from bench.books_made import churn, made_books
from tests.made_books import NOON, book
from warehouse.books.ingest import METRICS, ingest
from warehouse.books.segment import segments
from warehouse.books.spool import Spool


def spooled(folder, *batches):
    """The one segment of a spool."""
    with Spool(folder) as spool:
        for batch in batches:
            spool.append(batch, datetime.now(UTC))
    return segments(folder)[-1:]


def stored(root):
    return pl.concat([pl.read_parquet(path, hive_partitioning=False) for path in sorted(root.glob("*/*.parquet"))])


def files(root):
    return {path: path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def test_a_book_comes_back_as_it_was(tmp_path):
    (done,) = ingest(spooled(tmp_path / "spool", [book(sequence=None)]), tmp_path / "books")
    (row,) = stored(tmp_path / "books").to_dicts()
    assert (row["bid_px"], row["ask_qty"]) == (list(book().bid_px), list(book().ask_qty))
    assert (row["observed_at"], row["sequence"]) == (NOON, None)
    assert done.metrics.schema == METRICS
    assert done.metrics["depth_bid_10bps_usd"].to_pylist() == pytest.approx([199.8])
    assert done.files == (tmp_path / "books" / "date=2026-01-05" / f"{done.segment.stem}.parquet",)


def test_a_day_has_its_own_file(tmp_path):
    told = [book(observed_at=NOON + timedelta(hours=hours)) for hours in (0, 11, 12)]
    (done,) = ingest(spooled(tmp_path / "spool", told), tmp_path / "books")
    assert [path.parent.name for path in done.files] == ["date=2026-01-05", "date=2026-01-06"]


def test_ingesting_again_changes_nothing(tmp_path):
    segment = spooled(tmp_path / "spool", [book(sequence=n) for n in range(4)])
    first = list(ingest(segment, tmp_path / "books"))
    before = files(tmp_path / "books")
    again = list(ingest(segment, tmp_path / "books"))
    assert files(tmp_path / "books") == before
    assert again[0].metrics.equals(first[0].metrics)


def test_a_book_is_stored_once(tmp_path):
    told = [book(sequence=1), book(sequence=None), book(sequence=1, received_at=NOON + timedelta(minutes=1))]
    first = spooled(tmp_path / "spool", told, told[:1])
    second = spooled(tmp_path / "spool", [book(sequence=1), book(sequence=None), book(sequence=2)])
    assert [done.repeated for done in ingest([*first, *second], tmp_path / "books")] == [2, 2]
    found = stored(tmp_path / "books")
    assert sorted(found["sequence"].to_list(), key=str) == [1, 2, None]
    assert found.filter(pl.col("sequence") == 1)["received_at"].item() == book().received_at


def test_the_first_of_many_segments_has_a_book_whichever_is_ready_first(tmp_path):
    told = [book(sequence=n) for n in range(3)]
    for count in range(8):
        spooled(tmp_path / "spool", told * (1 if count else 200))  # the first takes longest
    done = list(ingest(segments(tmp_path / "spool"), tmp_path / "books"))
    assert [each.repeated for each in done] == [597, *[3] * 7]
    assert [len(each.files) for each in done] == [1, *[0] * 7]


def test_metrics_have_one_row_a_time(tmp_path):
    told = [book(sequence=2), book(sequence=1, limit=3), book(symbol="ETH/USDT")]
    (done,) = ingest(spooled(tmp_path / "spool", told), tmp_path / "books")
    assert done.metrics.select(["symbol", "sequence"]).to_pydict() == {
        "symbol": ["BTC/USDT", "ETH/USDT"],
        "sequence": [2, 1],
    }


def test_books_that_may_not_be_served_are_counted_and_not_stored(tmp_path):
    changes = ({}, {"bids": ()}, {"bids": ((100.3, 1.0),)}, {})
    told = [book(sequence=n, observed_at=NOON + timedelta(n), **each) for n, each in enumerate(changes)]
    (done,) = ingest(spooled(tmp_path / "spool", told), tmp_path / "books")
    assert stored(tmp_path / "books")["sequence"].to_list() == [0, 3]
    assert done.metrics["sequence"].to_pylist() == [0, 3]
    assert done.refused.select(["sequence", "reason"]).to_pylist() == [
        {"sequence": 1, "reason": "no bids"},
        {"sequence": 2, "reason": "best bid is not below best ask"},
    ]


def test_a_segment_of_refused_books_alone_stores_nothing(tmp_path):
    (done,) = ingest(spooled(tmp_path / "spool", [book(asks=())]), tmp_path / "books")
    assert (done.files, done.metrics.num_rows, done.refused.num_rows) == ((), 0, 1)


def test_levels_take_little_room(tmp_path):
    made = list(made_books(6_000, symbols=10))
    assert 0.11 < sum(map(churn, made[100:110], made[101:111])) / 10 < 0.13
    (done,) = ingest(spooled(tmp_path / "spool", *made), tmp_path / "books", engine="numpy")
    size = sum(path.stat().st_size for path in done.files)
    assert size / (6_000 * 200) <= 1.3
